import type { RoomId } from '../base/ids.ts';
import { RoomId as RoomIdSchema } from '../base/ids.ts';
import { type Bytes, concatBytes, type KeyHandle, PROTOCOL_LABEL, toBase64Url, utf8 } from './agreements.ts';
import { aesKey, ed25519FromSeed, hkdf, label, sha256 } from './primitives.ts';

/** Rounds of PBKDF2-SHA-256 over a passphrase. */
export const PASSPHRASE_ROUNDS = 600_000;

/** Everything that follows from a room's secret and its owner's key. Only the id and the public keys reach the server. */
export type RoomKeys = {
  roomId: RoomId;
  authPub: Bytes;
  /** The owner's Ed25519 public key, as the invite names it. */
  ownerPub: Bytes;
  /** Signs proofs of membership. */
  authKey: KeyHandle;
  /** Seals hellos. */
  helloKey: KeyHandle;
  /** Mixed into every pair's keys. */
  pairPsk: Bytes;
};

/**
 * Derives a room's keys (docs/protocol.md, "Key schedule"). `ownerPub` is the owner's key of the invite,
 * 32 bytes (throws a RangeError otherwise). With a passphrase this takes a noticeable part of a second, on purpose.
 */
export async function deriveRoomKeys(secret: Bytes, passphrase: string | null, ownerPub: Bytes): Promise<RoomKeys> {
  const salt = await sha256(utf8(PROTOCOL_LABEL));
  let root = await hkdf(secret, salt, label('root'), 32);
  if (passphrase !== null) {
    const passphraseSalt = await hkdf(root, salt, label('pw-salt'), 16);
    const stretched = await stretch(passphrase, passphraseSalt);
    root = await hkdf(root, stretched, label('root+pw'), 32);
  }
  const [authSeed, helloRaw, pairPsk] = await Promise.all([
    hkdf(root, salt, label('server-auth'), 32),
    hkdf(root, salt, label('hello'), 32),
    hkdf(root, salt, label('pair-psk'), 32),
  ]);
  const { privateKey, publicKey } = await ed25519FromSeed(authSeed);
  return {
    roomId: await roomIdOf(publicKey, ownerPub),
    authPub: publicKey,
    ownerPub,
    authKey: privateKey,
    helloKey: await aesKey(helloRaw),
    pairPsk,
  };
}

const ROOM_ID = label('room-id');

/** "parley/1 room-id" | authPub | ownerPub. Throws a RangeError when a key is not 32 bytes long. */
export function roomIdBytes(authPub: Uint8Array, ownerPub: Uint8Array): Bytes {
  if (authPub.length !== 32 || ownerPub.length !== 32) throw new RangeError('a room id binds two keys of 32 bytes');
  return concatBytes(ROOM_ID, authPub, ownerPub);
}

/**
 * A room's id: the first 16 bytes of SHA-256 over its two public keys. It proves who is a member (`authPub`) and who is
 * the owner (`ownerPub`). Throws a RangeError when a key is not 32 bytes long.
 */
export async function roomIdOf(authPub: Bytes, ownerPub: Bytes): Promise<RoomId> {
  const hash = await sha256(roomIdBytes(authPub, ownerPub));
  return RoomIdSchema.parse(toBase64Url(hash.slice(0, 16)));
}

async function stretch(passphrase: string, salt: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', utf8(passphrase.normalize('NFKC')), 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: PASSPHRASE_ROUNDS },
    key,
    256,
  );
  return new Uint8Array(bits);
}
