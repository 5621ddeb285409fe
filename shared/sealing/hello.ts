import { DeviceId } from '../base/ids.ts';
import { accept, type Outcome, refuse } from '../base/outcome.ts';
import type { HelloFields } from '../protocol/hello-fields.ts';
import { type Bytes, concatBytes, fromBase64Url, type KeyHandle, toBase64Url, u32, u64, utf8 } from './agreements.ts';
import type { RoomKeys } from './key-schedule.ts';
import { pad, unpad } from './padding.ts';
import { label, randomBytes, verifyEd25519 } from './primitives.ts';

export const BOX_HELLO = 0x01;
export const BOX_PAIR = 0x02;
export const BOX_NOTICE = 0x03;

/** Signs the typed fields of a hello; the device's key itself never comes here. */
export type HelloSigner = (fields: HelloFields) => Promise<{ dev: DeviceId; sig: string }>;

/** This device's hello for one session in a room. */
export type OwnHello = {
  /** 16 random bytes in base64url: the session's id. */
  sess: string;
  dev: DeviceId;
  /** SHA-256 of the WebRTC certificate of this session. */
  fp: Bytes;
  ts: number;
  epoch: number;
  plaintext: Bytes;
  /** The box that goes to the others, always the same bytes within one session. */
  box: string;
  ephPrivate: KeyHandle;
};

/** Another device's hello, with its signature verified. */
export type PeerHello = {
  sess: string;
  dev: DeviceId;
  eph: Bytes;
  fp: Bytes;
  ts: number;
  caps: number;
  epoch: number;
  prev: string;
  plaintext: Bytes;
};

const bytesOf = (text: string): Bytes => fromBase64Url(text) ?? new Uint8Array();
const u16 = (value: number): Bytes => new Uint8Array([value >> 8, value & 0xff]);
const NO_PREV = toBase64Url(new Uint8Array(16));
/** sess 16 | dev 32 | eph 32 | fp 32 | ts 8 | caps 2 | prev 16 | sig 64 */
const HELLO_BYTES = 202;

/** "parley/1 hello-sig" | roomId | epoch | sess | dev | eph | fp | ts | caps | prev: what a device signs. */
export function helloSignatureBytes(fields: HelloFields, dev: Bytes): Bytes {
  return concatBytes(
    label('hello-sig'),
    bytesOf(fields.roomId),
    u32(fields.epoch),
    bytesOf(fields.sess),
    dev,
    bytesOf(fields.eph),
    bytesOf(fields.fp),
    u64(fields.ts),
    u16(fields.caps),
    bytesOf(fields.prev),
  );
}

/** "parley/1 confirm" | role ("lo" or "hi") | transcript hash: what a device signs to confirm one pair of hellos. */
export function confirmSignatureBytes(role: 'lo' | 'hi', transcriptHash: Bytes): Bytes {
  return concatBytes(label('confirm'), utf8(role), transcriptHash);
}

const associatedData = (keys: RoomKeys, epoch: number): Bytes =>
  concatBytes(label('hello'), bytesOf(keys.roomId), u32(epoch));

/**
 * Makes this device's hello: a fresh session, a fresh X25519 key, the fingerprint of a certificate made
 * before joining (`fp`, 32 bytes). `ts` (ms) orders the sessions of one device and proves nothing.
 * Rejects with a RangeError when a field, or what the signer gave, has not its length.
 */
export async function makeHello(
  keys: RoomKeys,
  options: { fp: Bytes; ts: number; sign: HelloSigner; epoch?: number; caps?: number; prev?: string },
): Promise<OwnHello> {
  const { fp, ts, sign, epoch = 0, caps = 0, prev = NO_PREV } = options;
  const ephemeral = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  if (!('publicKey' in ephemeral)) throw new Error('X25519 gave no key pair');
  const eph = new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey));
  const sess = randomBytes(16);
  const { dev, sig } = await sign({
    roomId: keys.roomId,
    epoch,
    sess: toBase64Url(sess),
    eph: toBase64Url(eph),
    fp: toBase64Url(fp),
    ts,
    caps,
    prev,
  });
  const plaintext = concatBytes(sess, bytesOf(dev), eph, fp, u64(ts), u16(caps), bytesOf(prev), bytesOf(sig));
  if (fp.length !== 32 || plaintext.length !== HELLO_BYTES)
    throw new RangeError('a field of the hello has a wrong length');
  const nonce = randomBytes(12);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: associatedData(keys, epoch) },
    keys.helloKey,
    pad(plaintext),
  );
  const box = toBase64Url(concatBytes(new Uint8Array([BOX_HELLO]), u32(epoch), nonce, new Uint8Array(sealed)));
  return { sess: toBase64Url(sess), dev, fp, ts, epoch, plaintext, box, ephPrivate: ephemeral.privateKey };
}

/** Opens another device's hello and verifies its signature. Refuses with `handshake-failed`. */
export async function openHello(keys: RoomKeys, box: string): Promise<Outcome<PeerHello>> {
  const bytes = fromBase64Url(box);
  if (!bytes || bytes[0] !== BOX_HELLO || bytes.length < 1 + 4 + 12 + 16) return refuse('handshake-failed');
  const epoch = new DataView(bytes.buffer).getUint32(1);
  const plaintext = await decrypt(keys.helloKey, bytes.slice(5, 17), associatedData(keys, epoch), bytes.slice(17));
  if (plaintext?.length !== HELLO_BYTES) return refuse('handshake-failed');

  const sess = toBase64Url(plaintext.slice(0, 16));
  const dev = plaintext.slice(16, 48);
  const eph = plaintext.slice(48, 80);
  const fp = plaintext.slice(80, 112);
  const view = new DataView(plaintext.buffer);
  const ts = Number(view.getBigUint64(112));
  const caps = view.getUint16(120);
  const prev = toBase64Url(plaintext.slice(122, 138));
  if (!Number.isSafeInteger(ts)) return refuse('handshake-failed');
  const fields = { roomId: keys.roomId, epoch, sess, eph: toBase64Url(eph), fp: toBase64Url(fp), ts, caps, prev };
  if (!(await verifyEd25519(dev, plaintext.slice(138), helloSignatureBytes(fields, dev)))) {
    return refuse('handshake-failed');
  }
  return accept({ sess, dev: DeviceId.parse(toBase64Url(dev)), eph, fp, ts, caps, epoch, prev, plaintext });
}

/** Decrypts AES-256-GCM and takes the padding off; undefined for whatever does not open. */
export async function decrypt(
  key: KeyHandle,
  iv: Bytes,
  additionalData: Bytes,
  sealed: Bytes,
): Promise<Bytes | undefined> {
  try {
    return unpad(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed)));
  } catch {
    // WebCrypto throws for a wrong key or altered bytes and gives no reason. The caller drops the box.
    return undefined;
  }
}

/** The kind of a box by its first byte, without opening it. The byte is not authenticated. */
export function boxKindOf(box: string): 'hello' | 'pair' | 'notice' | undefined {
  switch (fromBase64Url(box.slice(0, 4))?.[0]) {
    case BOX_HELLO:
      return 'hello';
    case BOX_PAIR:
      return 'pair';
    case BOX_NOTICE:
      return 'notice';
    default:
      return undefined;
  }
}

/** The tag of a pair box in base64url, without opening it: says which session it belongs to. */
export function tagOf(box: string): string | undefined {
  // 12 characters are the first nine bytes: the kind and the tag.
  const head = fromBase64Url(box.slice(0, 12));
  return head?.length === 9 && head[0] === BOX_PAIR ? toBase64Url(head.slice(1)) : undefined;
}
