import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { PROTOCOL_LABEL, type RoomJoin, utf8 } from '@parley/shared/protocol';

const ROOM_ID_LABEL = utf8(`${PROTOCOL_LABEL} room-id`);
const JOIN_LABEL = utf8(`${PROTOCOL_LABEL} join`);
/** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410). */
export const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Encodings of points of small order, sign bit cleared: 0, 1, two of order eight, and p−1, p, p+1. Under such a key a
 * signature can be made that fits any message.
 */
const LOW_ORDER_KEYS: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether a 32-byte Ed25519 public key is a point of small order. */
export function isLowOrderKey(key: Uint8Array): boolean {
  const unsigned = Buffer.from(key);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return LOW_ORDER_KEYS.has(unsigned.toString('hex'));
}

/** What a membership proof names in place of the host's spelling. */
export const hostHashOf = (host: string): Uint8Array => createHash('sha256').update(host.toLowerCase()).digest();

/**
 * Checks that whoever made `join` holds the room's secret: the room id is the hash of the public key, and the key
 * signed this challenge for one of the names of this server. About 0.1 ms per name tried.
 */
export function provesMembership(
  join: Pick<RoomJoin, 'roomId' | 'authPub' | 'sig'>,
  challenge: Uint8Array,
  hostHashes: readonly Uint8Array[],
): boolean {
  const authPub = Buffer.from(join.authPub, 'base64url');
  const sig = Buffer.from(join.sig, 'base64url');
  const roomId = Buffer.from(join.roomId, 'base64url');
  if (authPub.length !== 32 || sig.length !== 64 || roomId.length !== 16 || isLowOrderKey(authPub)) return false;
  const ownId = hash('sha256', Buffer.concat([ROOM_ID_LABEL, authPub]), 'buffer').subarray(0, 16);
  if (ownId.toString('base64url') !== join.roomId) return false;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, authPub]), format: 'der', type: 'spki' });
  return hostHashes.some((host) => verify(null, Buffer.concat([JOIN_LABEL, host, challenge, roomId]), key, sig));
}
