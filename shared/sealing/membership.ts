import type { RoomId } from '../protocol/ids.ts';
import { type Bytes, concatBytes, fromBase64Url, utf8 } from './agreements.ts';
import { type RoomKeys, roomIdOf } from './key-schedule.ts';
import { label, sha256, verifyEd25519 } from './primitives.ts';

/** "parley/1 join" | SHA-256(host) | challenge | roomId: the host inside stops a proof from being passed on. */
export function membershipBytes(hostHash: Bytes, challenge: Bytes, roomId: RoomId): Bytes {
  return concatBytes(label('join'), hostHash, challenge, fromBase64Url(roomId) ?? new Uint8Array());
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
