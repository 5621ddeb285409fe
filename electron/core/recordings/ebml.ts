/** The elements of a WebM file that a recording is read and written by (RFC 8794, RFC 9559). */
export const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  position: 0xa7,
  prevSize: 0xab,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  referenceBlock: 0xfb,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
  tags: 0x1254c367,
  tag: 0x7373,
  targets: 0x63c0,
  simpleTag: 0x67c8,
  tagName: 0x45a3,
  tagString: 0x4487,
  void: 0xec,
} as const;

/** Bytes of a size that is written at its full length: room for any, so that it can be filled in later. */
export const LONG_SIZE_BYTES = 8;

/** The beginning of an element; `size` is null where it is not known until the next one begins. */
export type ElementHead = { id: number; size: number | null; headBytes: number };

/** Reads the beginning of an element; undefined where more bytes are needed, null where these are none. */
export function readHead(bytes: Buffer, at: number): ElementHead | undefined | null {
  const first = bytes[at];
  if (first === undefined) return undefined;
  const idBytes = Math.clz32(first) - 23;
  if (idBytes > 4) return null;
  const second = bytes[at + idBytes];
  if (second === undefined) return undefined;
  const sizeBytes = Math.clz32(second) - 23;
  if (sizeBytes > LONG_SIZE_BYTES) return null;
  const headBytes = idBytes + sizeBytes;
  if (bytes.length < at + headBytes) return undefined;
  let size = second & (0xff >> sizeBytes);
  let isOnes = size === 0xff >> sizeBytes;
  for (let index = 1; index < sizeBytes; index++) {
    const byte = bytes[at + idBytes + index] ?? 0;
    isOnes &&= byte === 0xff;
    size = size * 256 + byte;
  }
  return { id: bytes.readUIntBE(at, idBytes), size: isOnes ? null : size, headBytes };
}

/** The elements inside `bytes`, each with its content; what is cut off at the end is left out. */
export function childrenOf(bytes: Buffer): { id: number; content: Buffer; whole: Buffer }[] {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const head = readHead(bytes, at);
    if (!head || head.size === null) break;
    const end = at + head.headBytes + head.size;
    if (end > bytes.length) break;
    found.push({ id: head.id, content: bytes.subarray(at + head.headBytes, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

/** An unsigned number of at most six bytes, as elements hold it. */
export const numberIn = (content: Buffer): number => {
  let value = 0;
  for (const byte of content.subarray(0, 8)) value = value * 256 + byte;
  return value;
};

const idOf = (id: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0));
};

/** A size of eight bytes; null stands for one that is not known yet. */
export function longSize(size: number | null): Buffer {
  const bytes = Buffer.alloc(LONG_SIZE_BYTES, 0xff);
  if (size !== null) bytes.writeBigUInt64BE(BigInt(size));
  bytes[0] = 0x01;
  return bytes;
}

/** The beginning of an element whose size is filled in later. */
export const openHead = (id: number): Buffer => Buffer.concat([idOf(id), longSize(null)]);

/** An element with its content. */
export function element(id: number, ...content: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(content);
  const size = whole.length < 0x7f ? Buffer.of(0x80 | whole.length) : longSize(whole.length);
  return Buffer.concat([idOf(id), size, whole]);
}

export function unsigned(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Math.max(0, Math.round(value))));
  const first = bytes.findIndex((byte) => byte !== 0);
  return element(id, bytes.subarray(first === -1 ? 7 : first));
}

export function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
}

export const text = (id: number, value: string): Buffer => element(id, Buffer.from(value));

/** The id of an element as the content of another. */
export const idElement = (id: number, of: number): Buffer => element(id, idOf(of));

/** An element of exactly `sizeBytes` that says nothing: 2 to 128. */
export const nothing = (sizeBytes: number): Buffer => element(ID.void, Buffer.alloc(sizeBytes - 2));
