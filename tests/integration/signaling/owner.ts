import { type RoomPublish, toBase64Url } from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, proveMembership, proveOwnership } from '@parley/shared/sealing';
import { type Client, PUBLIC_HOST } from './harness.ts';

/** A room as its maker knows it: the invite, the owner's key, and what is signed with them. */
export async function makeRoom(passphrase: string | null = null) {
  const { invite, ownerSeed } = await createInvite(PUBLIC_HOST, passphrase !== null);
  const keys = await deriveRoomKeys(invite.secret, passphrase);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), ownerSeed]);
  const ownerKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  return { invite, keys, ownerKey, roomId: keys.roomId };
}
type MadeRoom = Awaited<ReturnType<typeof makeRoom>>;

/** Somebody in a room of their own, who can put it on the list. */
export class Owner {
  readonly client: Client;
  readonly room: MadeRoom;
  constructor(client: Client, room: MadeRoom) {
    this.client = client;
    this.room = room;
  }

  async enter(): Promise<void> {
    const { keys, roomId } = this.room;
    const challenge = await this.#challenge();
    const joined = await this.client.call('room:join', {
      v: 1,
      roomId,
      authPub: toBase64Url(keys.authPub),
      sig: toBase64Url(await proveMembership(keys, PUBLIC_HOST, challenge)),
    });
    if (!joined.ok) throw new Error(joined.code);
  }

  async publish(name: string, change: Partial<Record<keyof RoomPublish, unknown>> = {}, signedName = name) {
    const { invite, roomId } = this.room;
    return this.client.call('room:publish', {
      roomId,
      name,
      secret: toBase64Url(invite.secret),
      ownerPub: toBase64Url(invite.ownerPub),
      needsPassphrase: invite.needsPassphrase,
      sig: await this.#sign('publish', signedName),
      ...change,
    } as RoomPublish);
  }

  async rename(name: string) {
    return this.client.call('room:rename', {
      roomId: this.room.roomId,
      name,
      sig: await this.#sign('rename', name),
    });
  }

  async withdraw() {
    return this.client.call('room:withdraw', { roomId: this.room.roomId, sig: await this.#sign('withdraw', '') });
  }

  async #sign(act: 'publish' | 'rename' | 'withdraw', name: string): Promise<string> {
    const challenge = await this.#challenge();
    const about = { host: PUBLIC_HOST, challenge, roomId: this.room.roomId, name };
    return toBase64Url(await proveOwnership(this.room.ownerKey, act, about));
  }

  async #challenge(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(Buffer.from(await this.client.challenge(), 'base64url'));
  }
}
