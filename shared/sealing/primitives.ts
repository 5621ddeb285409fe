import { type Bytes, concatBytes, type KeyHandle, PROTOCOL_LABEL, u32, utf8 } from './agreements.ts';

/** A domain-separation label of this protocol version: "parley/1 <purpose>". */
export const label = (purpose: string): Bytes => utf8(`${PROTOCOL_LABEL} ${purpose}`);

/** A text as it stands among other fields: its length as UTF-8 (u32), and the bytes. */
export function counted(text: string): Bytes {
  const bytes = utf8(text);
  return concatBytes(u32(bytes.length), bytes);
}

/** A way to SHA-256; a platform may have one that does not go through WebCrypto's threads. */
export type Sha256 = (bytes: Bytes) => Uint8Array | Promise<Bytes>;

/** SHA-256 (FIPS 180-4). */
export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

/** SHA-512 (FIPS 180-4). */
export const sha512 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-512', bytes));

/** HKDF-SHA-256 (RFC 5869), `sizeBytes` of output. */
export async function hkdf(secret: Bytes, salt: Bytes, info: Bytes, sizeBytes: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, sizeBytes * 8);
  return new Uint8Array(bits);
}

/** An AES-256-GCM key that cannot be read out again. */
export const aesKey = (raw: Bytes): Promise<KeyHandle> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** `sizeBytes` bytes from the platform's random source. */
export const randomBytes = (sizeBytes: number): Bytes => crypto.getRandomValues(new Uint8Array(sizeBytes));

/** RFC 8410 §7: what stands before a 32-byte private key in PKCS#8. The last byte but four names the curve. */
const pkcs8Prefix = (curve: 'Ed25519' | 'X25519'): Bytes =>
  new Uint8Array([
    0x30,
    0x2e,
    0x02,
    0x01,
    0x00,
    0x30,
    0x05,
    0x06,
    0x03,
    0x2b,
    0x65,
    curve === 'Ed25519' ? 0x70 : 0x6e,
    0x04,
    0x22,
    0x04,
    0x20,
  ]);

/** Ed25519 private key (RFC 8032) of a 32-byte seed, and its public key. */
export async function ed25519FromSeed(seed: Bytes): Promise<{ privateKey: KeyHandle; publicKey: Bytes }> {
  const pkcs8 = concatBytes(pkcs8Prefix('Ed25519'), seed);
  const exportable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x } = await crypto.subtle.exportKey('jwk', exportable);
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  const publicKey = x === undefined ? undefined : decodeJwk(x);
  if (!publicKey) throw new Error('Ed25519 key without a public part');
  return { privateKey, publicKey };
}

function decodeJwk(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Signs with an Ed25519 private key (RFC 8032): 64 bytes. */
export const signEd25519 = async (privateKey: KeyHandle, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, message));

/** Verifies an Ed25519 signature; false also for keys that are no keys or of low order. */
export async function verifyEd25519(publicKey: Bytes, sig: Bytes, message: Bytes): Promise<boolean> {
  if (publicKey.length !== 32 || sig.length !== 64 || hasLowOrder(publicKey)) return false;
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, sig, message);
  } catch {
    // WebCrypto throws for bytes that are no point on the curve. No signature is valid under such a key.
    return false;
  }
}

/**
 * The eight points of small order on edwards25519 and the other spellings of them that a lenient decoder
 * takes, without the sign bit (draft-irtf-cfrg-eddsa "small order" lists; libsodium keeps the same seven).
 * A signature under such a key can be valid for any message.
 */
const lowOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

const lowOrderStarts: ReadonlySet<number> = new Set([...lowOrder].map((hex) => Number.parseInt(hex.slice(0, 2), 16)));

/** Whether an Ed25519 public key encodes a point of small order, in any spelling. */
export function hasLowOrder(publicKey: Uint8Array): boolean {
  // Nearly every key ends here, and a server looks at one for each join.
  if (!lowOrderStarts.has(publicKey[0] ?? 0)) return false;
  const hex = [...publicKey]
    .map((byte, index) => (index === 31 ? byte & 0x7f : byte).toString(16).padStart(2, '0'))
    .join('');
  return lowOrder.has(hex);
}

/** X25519 (RFC 7748); undefined for the all-zero result that a hostile key forces. */
export async function x25519(privateKey: KeyHandle, publicKey: Bytes): Promise<Bytes | undefined> {
  try {
    const theirs = await crypto.subtle.importKey('raw', publicKey, 'X25519', false, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: theirs }, privateKey, 256));
    return shared.every((byte) => byte === 0) ? undefined : shared;
  } catch {
    // WebCrypto throws for bytes that are no key, and some versions for the all-zero result. The caller refuses both alike.
    return undefined;
  }
}
