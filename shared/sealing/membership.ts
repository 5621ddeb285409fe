import type { RoomId } from '../protocol/ids.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, utf8 } from './agreements.ts';
import { type RoomKeys, roomIdOf } from './key-schedule.ts';
import { label, sha256, verifyEd25519 } from './primitives.ts';

/** "parley/1 join" | SHA-256(host) | challenge | roomId: the host inside stops a proof from being passed on. */
export function membershipBytes(hostHash: Bytes, challenge: Bytes, roomId: RoomId): Bytes {
  return concatBytes(label('join'), hostHash, challenge, fromBase64Url(roomId) ?? new Uint8Array());
}

/** What the owner of a room does with its entry in a server's list. */
export type OwnerAct = 'publish' | 'rename' | 'withdraw';

/**
 * "parley/1 " act | SHA-256(host) | challenge | roomId | name in UTF-8 (NFC, trimmed; nothing for `withdraw`). The act is
 * in the label, so that none passes for another.
 */
export function ownershipBytes(act: OwnerAct, hostHash: Bytes, challenge: Bytes, roomId: RoomId, name: string): Bytes {
  return concatBytes(label(act), hostHash, challenge, fromBase64Url(roomId) ?? new Uint8Array(), utf8(name));
}

/** Proves to the server at `host` that this device made the room. `ownerKey` is the private Ed25519 key of the invite. */
export async function proveOwnership(
  ownerKey: KeyHandle,
  act: OwnerAct,
  about: { host: string; challenge: Bytes; roomId: RoomId; name: string },
): Promise<Bytes> {
  const hostHash = await sha256(utf8(about.host.toLowerCase()));
  const message = ownershipBytes(act, hostHash, about.challenge, about.roomId, about.name);
  return new Uint8Array(await crypto.subtle.sign('Ed25519', ownerKey, message));
}

/** Proves to the server at `host` (lower case, as in the invite) that this device knows the room's secret. */
export async function proveMembership(keys: RoomKeys, host: string, challenge: Bytes): Promise<Bytes> {
  const message = membershipBytes(await sha256(utf8(host.toLowerCase())), challenge, keys.roomId);
  return new Uint8Array(await crypto.subtle.sign('Ed25519', keys.authKey, message));
}

/** Checks a proof: no low-order key, the id belongs to the key, the signature fits host and challenge. */
export async function verifyMembership(proof: {
  host: string;
  challenge: Bytes;
  roomId: RoomId;
  authPub: Bytes;
  sig: Bytes;
}): Promise<boolean> {
  if ((await roomIdOf(proof.authPub)) !== proof.roomId) return false;
  const hostHash = await sha256(utf8(proof.host.toLowerCase()));
  return verifyEd25519(proof.authPub, proof.sig, membershipBytes(hostHash, proof.challenge, proof.roomId));
}
