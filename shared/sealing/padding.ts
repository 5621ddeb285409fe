import { type Bytes, concatBytes } from './agreements.ts';

/** The sizes a plaintext may have before sealing, so that its length tells little. */
const BUCKETS = [256, 1_024, 4_096, 16_000] as const;

/** Most bytes that fit into one box, without the two of the length. */
export const PLAINTEXT_MAX_BYTES = 16_000 - 2;

/** length u16 | plaintext | zeros up to the next bucket. Throws a RangeError over 15,998 bytes. */
export function pad(plaintext: Bytes): Bytes {
  const bucket = BUCKETS.find((size) => size >= plaintext.length + 2);
  if (bucket === undefined) throw new RangeError(`a box holds at most ${PLAINTEXT_MAX_BYTES} bytes`);
  const size = new Uint8Array([plaintext.length >> 8, plaintext.length & 0xff]);
  return concatBytes(size, plaintext, new Uint8Array(bucket - 2 - plaintext.length));
}

/** Takes the padding off; undefined when the size is no bucket, the length lies or the padding is not zeros. */
export function unpad(padded: Bytes): Bytes | undefined {
  if (!BUCKETS.some((size) => size === padded.length)) return undefined;
  const length = ((padded[0] as number) << 8) | (padded[1] as number);
  if (length + 2 > padded.length) return undefined;
  if (BUCKETS.find((size) => size >= length + 2) !== padded.length) return undefined;
  for (let i = length + 2; i < padded.length; i++) if (padded[i] !== 0) return undefined;
  return padded.slice(2, length + 2);
}
