import type { RoomId } from '../base/ids.ts';
import { type Bytes, concatBytes, equalBytes, fromBase64Url, type KeyHandle, utf8 } from './agreements.ts';
import { type RoomKeys, roomIdBytes, roomIdOf } from './key-schedule.ts';
import { label, type Sha256, sha256, signEd25519, verifyEd25519 } from './primitives.ts';

/** The hash that stands for a server's name in a proof: SHA-256 of `host[:port]` in lower case. */
export const hostHashOf = (host: string): Promise<Bytes> => sha256(utf8(host.toLowerCase()));

const JOIN = label('join');

/** "parley/1 join" | SHA-256(host) | challenge | roomId: the host inside stops a proof from being passed on. */
export function membershipBytes(hostHash: Uint8Array, challenge: Uint8Array, roomId: RoomId): Bytes {
  return concatBytes(JOIN, hostHash, challenge, fromBase64Url(roomId) ?? new Uint8Array());
}

/** Proves to the server at `host` (lower case, as in the invite) that this device knows the room's secret. */
export async function proveMembership(keys: RoomKeys, host: string, challenge: Bytes): Promise<Bytes> {
  return signEd25519(keys.authKey, membershipBytes(await hostHashOf(host), challenge, keys.roomId));
}

/** A proof of membership with what it is checked against: `hostHashes` are those of the server's names (see `hostHashOf`). */
export type MembershipProof = {
  hostHashes: readonly Uint8Array[];
  challenge: Uint8Array;
  /** The bytes of the room's id. */
  roomId: Uint8Array;
  authPub: Bytes;
  ownerPub: Bytes;
  sig: Bytes;
};

/**
 * Checks a proof of membership: the id belongs to both keys, `authPub` is no key of low order, and the signature fits the
 * challenge and one of the names. Never throws. Takes about 0.15 ms for each name tried, most of it in another thread. A server
 * gives its platform's `digest`: through WebCrypto each hash costs it as much as the rest of a join's checks.
 */
export async function verifyMembership(proof: MembershipProof, digest: Sha256 = sha256): Promise<boolean> {
  const { hostHashes, challenge, roomId, authPub, ownerPub, sig } = proof;
  if (authPub.length !== 32 || ownerPub.length !== 32) return false;
  const hashed = digest(roomIdBytes(authPub, ownerPub));
  const hash = hashed instanceof Promise ? await hashed : hashed;
  if (!equalBytes(hash.subarray(0, 16), roomId)) return false;
  for (const hostHash of hostHashes)
    if (await verifyEd25519(authPub, sig, concatBytes(JOIN, hostHash, challenge, roomId))) return true;
  return false;
}

/** The actions of a room's owner on its entry in a server's list. */
export type OwnerAct = 'publish' | 'rename' | 'withdraw';

/**
 * "parley/1 " act | SHA-256(host) | challenge | roomId | name in UTF-8 (NFC, trimmed; nothing for `withdraw`). The act is
 * in the label, so that none passes for another.
 */
export function ownershipBytes(
  act: OwnerAct,
  hostHash: Uint8Array,
  challenge: Uint8Array,
  roomId: RoomId,
  name: string,
): Bytes {
  return concatBytes(label(act), hostHash, challenge, fromBase64Url(roomId) ?? new Uint8Array(), utf8(name));
}

/** Proves to the server at `host` that this device made the room. `ownerKey` is the private Ed25519 key of the invite. */
export async function proveOwnership(
  ownerKey: KeyHandle,
  act: OwnerAct,
  about: { host: string; challenge: Bytes; roomId: RoomId; name: string },
): Promise<Bytes> {
  const hostHash = await hostHashOf(about.host);
  return signEd25519(ownerKey, ownershipBytes(act, hostHash, about.challenge, about.roomId, about.name));
}

/** A proof of ownership with what it is checked against: `hosts` are the names of the server, `host[:port]` each. */
export type OwnershipProof = {
  act: OwnerAct;
  hosts: readonly string[];
  challenge: Uint8Array;
  roomId: RoomId;
  name: string;
  ownerPub: Bytes;
  sig: Bytes;
};

/**
 * Checks that the owner's key signed this act over this challenge for one of the names. That the key is the owner's is
 * checked with the listing (`verifyListing`). Never throws.
 */
export function verifyOwnership(proof: OwnershipProof): Promise<boolean> {
  const { act, hosts, challenge, roomId, name, ownerPub, sig } = proof;
  return fitsOneHost(hosts, (hostHash) =>
    verifyEd25519(ownerPub, sig, ownershipBytes(act, hostHash, challenge, roomId, name)),
  );
}

/** Whether the id is that of the two keys. */
export const isRoomOf = async (roomId: RoomId, authPub: Bytes, ownerPub: Bytes): Promise<boolean> =>
  authPub.length === 32 && ownerPub.length === 32 && (await roomIdOf(authPub, ownerPub)) === roomId;

async function fitsOneHost(
  hosts: readonly string[],
  fits: (hostHash: Uint8Array) => Promise<boolean>,
): Promise<boolean> {
  for (const host of hosts) if (await fits(await hostHashOf(host))) return true;
  return false;
}
