import { type Bytes, concatBytes, utf8 } from './agreements.ts';

/** JSON shorter than this is not worth compressing. */
const COMPRESS_OVER_BYTES = 700;
/** The largest size of an unpacked message, in bytes. */
const UNPACKED_MAX_BYTES = 65_536;
const PLAIN = 0;
const DEFLATED = 1;

/** encoding u8 (0: UTF-8 JSON, 1: raw DEFLATE of it, RFC 1951) | body. */
export async function packJson(value: unknown): Promise<Bytes> {
  const json = utf8(JSON.stringify(value));
  if (json.length <= COMPRESS_OVER_BYTES) return concatBytes(new Uint8Array([PLAIN]), json);
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return concatBytes(new Uint8Array([DEFLATED]), new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** The value that was packed; undefined for anything else, also for what would unfold to over 64 KiB. */
export async function unpackJson(packed: Bytes): Promise<unknown> {
  const body = packed.slice(1);
  try {
    if (packed[0] === PLAIN) return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (packed[0] !== DEFLATED) return undefined;
    const inflated = await inflate(body);
    return inflated && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(inflated));
  } catch {
    // Not UTF-8 or not JSON. Anybody may have packed it, so the caller drops it like every other malformed message.
    return undefined;
  }
}

/** Counts while it unfolds, so that a small box cannot fill the memory. */
async function inflate(body: Bytes): Promise<Bytes | undefined> {
  const reader = new Blob([body]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(...parts);
    sizeBytes += value.length;
    if (sizeBytes > UNPACKED_MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    parts.push(value);
  }
}
