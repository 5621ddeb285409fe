import { accept, type Outcome, refuse } from '../base/outcome.ts';
import { RemovalNotice } from '../protocol/link.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u32 } from './agreements.ts';
import { BOX_NOTICE, decrypt, type OwnHello, type PeerHello } from './hello.ts';
import type { RoomKeys } from './key-schedule.ts';
import { packJson, unpackJson } from './packing.ts';
import { pad } from './padding.ts';
import { aesKey, hkdf, label, sha256, x25519 } from './primitives.ts';

const EPH_BYTES = 32;
/** Each key seals one box. */
const NONCE = new Uint8Array(12);

async function keyOf(keys: RoomKeys, secret: Bytes, eph: Bytes, hello: Bytes): Promise<KeyHandle> {
  const roomId = fromBase64Url(keys.roomId) ?? new Uint8Array();
  const info = concatBytes(label('removal'), roomId, eph, await sha256(hello));
  return aesKey(await hkdf(secret, keys.pairPsk, info, 32));
}

const associatedData = (keys: RoomKeys, epoch: number): Bytes =>
  concatBytes(label('removal'), fromBase64Url(keys.roomId) ?? new Uint8Array(), u32(epoch));

/**
 * Seals the records by which a device was removed for that device alone, by its hello. The box says nothing of its sender: its key is made for
 * it and thrown away. Rejects with a RangeError when the records do not fit, and with an Error for a hello whose key is none.
 */
export async function sealRemovalNotice(keys: RoomKeys, hello: PeerHello, notice: RemovalNotice): Promise<string> {
  const ephemeral = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  if (!('publicKey' in ephemeral)) throw new Error('X25519 gave no key pair');
  const eph = new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey));
  const secret = await x25519(ephemeral.privateKey, hello.eph);
  if (!secret) throw new Error('the key of the hello is none');
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: NONCE, additionalData: associatedData(keys, hello.epoch) },
    await keyOf(keys, secret, eph, hello.plaintext),
    pad(await packJson(notice)),
  );
  return toBase64Url(concatBytes(new Uint8Array([BOX_NOTICE]), u32(hello.epoch), eph, new Uint8Array(sealed)));
}

/**
 * Opens a notice for this device. Refuses with `handshake-failed` for a box that is not for this hello, and with `bad-request` for one without
 * a message of this version. It proves nothing by itself: the records in it are signed.
 */
export async function openRemovalNotice(keys: RoomKeys, own: OwnHello, box: string): Promise<Outcome<RemovalNotice>> {
  const bytes = fromBase64Url(box);
  if (!bytes || bytes[0] !== BOX_NOTICE || bytes.length < 1 + 4 + EPH_BYTES + 16) return refuse('handshake-failed');
  const epoch = new DataView(bytes.buffer).getUint32(1);
  if (epoch !== own.epoch) return refuse('handshake-failed');
  const eph = bytes.slice(5, 5 + EPH_BYTES);
  const secret = await x25519(own.ephPrivate, eph);
  if (!secret) return refuse('handshake-failed');
  const key = await keyOf(keys, secret, eph, own.plaintext);
  const plaintext = await decrypt(key, NONCE, associatedData(keys, epoch), bytes.slice(5 + EPH_BYTES));
  if (!plaintext) return refuse('handshake-failed');
  const parsed = RemovalNotice.safeParse(await unpackJson(plaintext));
  return parsed.success ? accept(parsed.data) : refuse('bad-request');
}
