import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const hash = (...parts: (string | Uint8Array)[]): Buffer => {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(part);
  return sha.digest();
};

/** A room with the key whose hash is its id; servers that know no keys take the id as its name. */
export class RoomKey {
  readonly roomId: string;
  readonly authPub: string;
  readonly #id: Buffer;
  readonly #privateKey;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.#privateKey = privateKey;
    this.authPub = raw.toString('base64url');
    this.#id = hash('parley/1 room-id', raw).subarray(0, 16);
    this.roomId = this.#id.toString('base64url');
  }

  prove(challenge: string, hostHash: Uint8Array): string {
    const asked = Buffer.from(challenge, 'base64url');
    const text = Buffer.concat([Buffer.from('parley/1 join'), hostHash, asked, this.#id]);
    return sign(null, text, this.#privateKey).toString('base64url');
  }
}

/** What a proof names in place of the host's spelling. */
export const hostHashOf = (host: string): Buffer => hash(host);
