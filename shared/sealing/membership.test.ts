import { describe, expect, it } from 'vitest';
import { fromBase64Url } from '../base/bytes.ts';
import type { RoomId } from '../base/ids.ts';
import { deriveRoomKeys, roomIdOf } from './key-schedule.ts';
import {
  hostHashOf,
  type MembershipProof,
  proveMembership,
  proveOwnership,
  verifyMembership,
  verifyOwnership,
} from './membership.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';
import { testRoom } from './testing/test-pairs.ts';

const challenge = new Uint8Array(32).fill(5);
const hosts = ['example.org', 'example.org:7350'];

const bytesOf = (roomId: RoomId) => fromBase64Url(roomId) ?? new Uint8Array();

/** A member of a fresh room with a proof for `host`. */
async function member(host = 'example.org'): Promise<MembershipProof> {
  const keys = await testRoom();
  const { authPub, ownerPub } = keys;
  return {
    hostHashes: await Promise.all(hosts.map(hostHashOf)),
    challenge,
    roomId: bytesOf(keys.roomId),
    authPub,
    ownerPub,
    sig: await proveMembership(keys, host, challenge),
  };
}

describe('proof of membership (S1)', () => {
  it('holds for every name of this server, however it is spelled', async () => {
    expect(await verifyMembership(await member('example.org'))).toBe(true);
    expect(await verifyMembership(await member('example.org:7350'))).toBe(true);
    expect(
      await verifyMembership({ ...(await member('example.org')), hostHashes: [await hostHashOf('EXAMPLE.org')] }),
    ).toBe(true);
  });

  it('does not hold for another host, another challenge, another room or another key', async () => {
    const [proof, other] = [await member(), await member()];
    expect(await verifyMembership(await member('evil.example'))).toBe(false);
    expect(await verifyMembership({ ...proof, hostHashes: [] })).toBe(false);
    for (const change of [
      { challenge: new Uint8Array(32).fill(6) },
      { roomId: other.roomId },
      { roomId: proof.roomId.subarray(0, 15) },
      { authPub: other.authPub },
      { ownerPub: other.ownerPub },
      { authPub: other.authPub, ownerPub: other.ownerPub, roomId: other.roomId },
      { ownerPub: proof.ownerPub.slice(0, 31) },
      { authPub: new Uint8Array() },
      { sig: new Uint8Array(64) },
      { sig: new Uint8Array() },
    ])
      expect(await verifyMembership({ ...proof, ...change }), JSON.stringify(change)).toBe(false);
  });

  it('refuses keys under which a signature fits any message', async () => {
    // The identity point as key, R = identity, S = 0: a valid signature for a library that does not look.
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const sig = new Uint8Array(64);
    sig[0] = 1;
    const ownerPub = randomBytes(32);
    const roomId = bytesOf(await roomIdOf(identity, ownerPub));
    const proof = { ...(await member()), roomId, authPub: identity, ownerPub, sig };
    expect(await verifyMembership(proof)).toBe(false);
  });
});

describe('a room id', () => {
  it('is another for another owner, so that nobody can name themselves the owner of a room', async () => {
    const secret = randomBytes(32);
    const [one, other] = [randomBytes(32), randomBytes(32)];
    const { roomId, authPub } = await deriveRoomKeys(secret, null, one);
    const elsewhere = await deriveRoomKeys(secret, null, other);
    expect(elsewhere.authPub).toEqual(authPub);
    expect(elsewhere.roomId).not.toBe(roomId);
    expect(await roomIdOf(authPub, one)).toBe(roomId);
  });

  it('cannot be made of keys of another length', async () => {
    await expect(deriveRoomKeys(randomBytes(32), null, randomBytes(31))).rejects.toThrow(RangeError);
    await expect(roomIdOf(randomBytes(33), randomBytes(31))).rejects.toThrow(RangeError);
  });
});

describe('proof of ownership (S1)', () => {
  it('holds for one act, one name, one challenge and one server', async () => {
    const { privateKey, publicKey } = await ed25519FromSeed(randomBytes(32));
    const { roomId } = await testRoom();
    const about = { host: 'example.org', challenge, roomId, name: 'Garden' };
    const sig = await proveOwnership(privateKey, 'publish', about);
    const proof = { act: 'publish', hosts, challenge, roomId, name: 'Garden', ownerPub: publicKey, sig } as const;
    expect(await verifyOwnership(proof)).toBe(true);
    for (const change of [
      { act: 'rename' as const },
      { name: 'Kitchen' },
      { challenge: randomBytes(32) },
      { hosts: ['evil.example'] },
      { roomId: 'A'.repeat(22) as RoomId },
      { ownerPub: randomBytes(32) },
    ])
      expect(await verifyOwnership({ ...proof, ...change }), JSON.stringify(change)).toBe(false);
  });
});
