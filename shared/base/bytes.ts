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

/** The last character of an encoding, by the bytes of its last group: those of its bits that encode nothing are zero. */
const lastCharacter = { 0: '[A-Za-z0-9_-]', 1: '[AQgw]', 2: '[AEIMQUYcgkosw048]' } as const;
const CANONICAL = new RegExp(
  `^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]${lastCharacter[1]}|[A-Za-z0-9_-]{2}${lastCharacter[2]})?$`,
);

/**
 * Decodes base64url without padding (RFC 4648 §5).
 * Returns undefined for anything else, also for text whose unused last bits are not zero, so that each
 * sequence of bytes has exactly one accepted spelling.
 */
export function fromBase64Url(text: string): Bytes | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

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
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
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
/** UTF-8 bytes of `text`. */
export const utf8 = (text: string): Bytes => encoder.encode(text);

/** An unsigned 32-bit number, big-endian. */
export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** An unsigned 64-bit number, big-endian. `value` must be a safe integer ≥ 0. */
export function u64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
