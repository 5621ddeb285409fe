import { type RoomPublish, type SignedListing, toBase64Url } from '@parley/shared/protocol';
import { createInvite, deriveRoomKeys, proveMembership, proveOwnership, signListing } from '@parley/shared/sealing';
import { type Client, PUBLIC_HOST } from './harness.ts';

/** A room as its maker knows it: the invite, the owner's key, and what is signed with them. */
export async function makeRoom(passphrase: string | null = null) {
  const { invite, ownerSeed } = await createInvite(PUBLIC_HOST, passphrase !== null);
  const keys = await deriveRoomKeys(invite.secret, passphrase, invite.ownerPub);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), ownerSeed]);
  const ownerKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  return { invite, keys, ownerKey, roomId: keys.roomId };
}
type MadeRoom = Awaited<ReturnType<typeof makeRoom>>;

/** Somebody in a room of their own, who can put it on the list. */
export class Owner {
  readonly client: Client;
  readonly room: MadeRoom;
  #issuedAt = 0;
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
      ownerPub: toBase64Url(keys.ownerPub),
      sig: toBase64Url(await proveMembership(keys, PUBLIC_HOST, challenge)),
    });
    if (!joined.ok) throw new Error(joined.code);
  }

  /** The room's entry as its owner signs it; each is newer than the one before. */
  listing(name: string, issuedAt?: number, hosts = [PUBLIC_HOST]): Promise<SignedListing> {
    const { invite, keys, ownerKey, roomId } = this.room;
    this.#issuedAt = issuedAt ?? this.#issuedAt + 1;
    const fields = {
      roomId,
      name,
      secret: toBase64Url(invite.secret),
      authPub: toBase64Url(keys.authPub),
      ownerPub: toBase64Url(invite.ownerPub),
      needsPassphrase: invite.needsPassphrase,
      issuedAt: this.#issuedAt,
    };
    return signListing(ownerKey, fields, hosts);
  }

  /** Publishes what the owner signed, or that with a change that nobody signed. `provedName` is what the proof names. */
  async publish(name: string, change: Partial<Record<keyof RoomPublish, unknown>> = {}, provedName = name) {
    const listing = await this.listing(name);
    const proof = await this.#prove('publish', provedName);
    return this.client.call('room:publish', { ...listing, proof, ...change } as RoomPublish);
  }

  async rename(name: string, change: Partial<Record<keyof RoomPublish, unknown>> = {}) {
    const listing = await this.listing(name);
    const proof = await this.#prove('rename', name);
    return this.client.call('room:rename', { ...listing, proof, ...change } as RoomPublish);
  }

  async withdraw() {
    return this.client.call('room:withdraw', { roomId: this.room.roomId, proof: await this.#prove('withdraw', '') });
  }

  async #prove(act: 'publish' | 'rename' | 'withdraw', name: string): Promise<string> {
    const challenge = await this.#challenge();
    const about = { host: PUBLIC_HOST, challenge, roomId: this.room.roomId, name };
    return toBase64Url(await proveOwnership(this.room.ownerKey, act, about));
  }

  async #challenge(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(Buffer.from(await this.client.challenge(), 'base64url'));
  }
}
