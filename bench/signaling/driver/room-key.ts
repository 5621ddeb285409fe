import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import { RoomId } from '@parley/shared/protocol';
import { membershipBytes, roomIdBytes } from '@parley/shared/sealing';

/** A room with the keys whose hash is its id; servers that know no keys take the id as its name. */
export class RoomKey {
  readonly roomId: RoomId;
  readonly authPub: string;
  readonly ownerPub: string;
  readonly #privateKey;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.#privateKey = privateKey;
    this.authPub = raw.toString('base64url');
    const owner = randomBytes(32);
    this.ownerPub = owner.toString('base64url');
    const id = hash('sha256', roomIdBytes(raw, owner), 'buffer').subarray(0, 16);
    this.roomId = RoomId.parse(id.toString('base64url'));
  }

  prove(challenge: string, hostHash: Uint8Array): string {
    const asked = Buffer.from(challenge, 'base64url');
    return sign(null, membershipBytes(hostHash, asked, this.roomId), this.#privateKey).toString('base64url');
  }
}

/** A proof names this in place of the host's spelling. */
export const hostHashOf = (host: string): Buffer => hash('sha256', host, 'buffer');
