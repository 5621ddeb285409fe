import { z } from 'zod';

/** Bytes over a plain ArrayBuffer: what WebCrypto takes and gives, in Node and in Chromium alike. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Encodes bytes as base64url without padding (RFC 4648 §5).
 */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NONE = 255;
/** The six bits of each character, by its code. */
const VALUES = new Uint8Array(128).fill(NONE);
for (const [value, character] of [...ALPHABET].entries()) VALUES[character.charCodeAt(0)] = value;

/**
 * Decodes base64url without padding (RFC 4648 §5).
 * Returns undefined for anything else, also for text whose unused last bits are not zero, so that each
 * sequence of bytes has exactly one accepted spelling.
 */
export function fromBase64Url(text: string): Bytes | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let to = 0;
  for (let at = 0; at < text.length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NONE;
    if (value === NONE) return undefined;
    bits = (bits << 6) | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    // A typed array takes the last eight bits.
    bytes[to++] = bits >> count;
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined;
}

/** The last character of an encoding, by the bytes of its last group: those of its bits that encode nothing are zero. */
const lastCharacter = { 0: '[A-Za-z0-9_-]', 1: '[AQgw]', 2: '[AEIMQUYcgkosw048]' } as const;

/** How many base64url characters `sizeBytes` bytes take. */
export const base64UrlLength = (sizeBytes: number): number => Math.ceil((sizeBytes * 4) / 3);

/**
 * A schema for exactly `sizeBytes` bytes in canonical base64url. Checked by one regular expression, so that
 * the server can look at an id without decoding it.
 */
export function base64UrlOf(sizeBytes: number) {
  const rest = (sizeBytes % 3) as 0 | 1 | 2;
  const length = base64UrlLength(sizeBytes);
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${length - 1}}${lastCharacter[rest]}$`), {
    error: `must be ${sizeBytes} bytes in base64url`,
  });
}

/** Joins byte sequences; `|` in the protocol's notation. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let size = 0;
  for (const part of parts) size += part.length;
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares without stopping at the first difference. The lengths are not secret. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= (left[i] as number) ^ (right[i] as number);
  return difference === 0;
}

const encoder = new TextEncoder();
/** The encoder has a cost for each call, which is more than that of a short text. */
const SHORT = 256;
/** UTF-8 bytes of `text`. */
export function utf8(text: string): Bytes {
  if (text.length > SHORT) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127) return encoder.encode(text);
    bytes[at] = code;
  }
  return bytes;
}

/** An unsigned 32-bit number, big-endian. */
export function u32(value: number): Bytes {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** An unsigned 64-bit number, big-endian. `value` must be a safe integer ≥ 0. */
export function u64(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a whole number that is exact');
  const high = Math.floor(value / 2 ** 32);
  const low = value % 2 ** 32;
  return Uint8Array.of(high >>> 24, high >>> 16, high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low);
}
