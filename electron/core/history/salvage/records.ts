import type { PageFile } from './page-file.ts';

/** What SQLite stores in a column. */
export type Value = null | number | bigint | string | Buffer;
/** A row as it lies in a leaf: its rowid (null in a table without), and as many columns as it was written with. */
export type StoredRow = { rowid: number | bigint | null; values: Value[] };

export const PAGE = { interiorIndex: 2, interiorTable: 5, leafIndex: 10, leafTable: 13 } as const;
type Kind = (typeof PAGE)[keyof typeof PAGE];

/** A page of a b-tree: where its cells begin, and the page behind the last of them. */
export type TreePage = { kind: Kind; bytes: Buffer; cells: number[]; right: number | null; whole: boolean };

const KINDS: readonly number[] = Object.values(PAGE);

/** Reads a page's head; null where the page is none of a b-tree. `whole` is false where cells lie outside of it. */
export function readTreePage(bytes: Buffer, number: number): TreePage | null {
  const head = number === 1 ? 100 : 0;
  const kind = bytes.readUInt8(head);
  if (!KINDS.includes(kind)) return null;
  const interior = kind === PAGE.interiorIndex || kind === PAGE.interiorTable;
  const count = bytes.readUInt16BE(head + 3);
  const first = head + (interior ? 12 : 8);
  const cells: number[] = [];
  let whole = true;
  for (let index = 0; index < count; index++) {
    const pointer = first + 2 * index;
    const at = pointer + 2 <= bytes.length ? bytes.readUInt16BE(pointer) : 0;
    if (at >= first && at < bytes.length) cells.push(at);
    else whole = false;
    if (pointer > bytes.length) break;
  }
  return { kind: kind as Kind, bytes, cells, right: interior ? bytes.readUInt32BE(head + 8) : null, whole };
}

/** The page left of a cell of an interior page. */
export const childOf = ({ bytes }: TreePage, cell: number): number | null =>
  cell + 4 <= bytes.length ? bytes.readUInt32BE(cell) : null;

/** The row of a cell, with what of it lies on other pages; null where it cannot be read to its end. */
export function readCell(file: PageFile, { kind, bytes }: TreePage, cell: number): StoredRow | null {
  const isTable = kind === PAGE.leafTable;
  let at = kind === PAGE.interiorIndex ? cell + 4 : cell;
  const size = readVarint(bytes, at);
  if (!size) return null;
  at = size.end;
  let rowid: number | bigint | null = null;
  if (isTable) {
    const key = readVarint(bytes, at);
    if (!key) return null;
    rowid = safe(BigInt.asIntN(64, key.value));
    at = key.end;
  }
  if (size.value > 1_000_000_000n) return null;
  const payload = readPayload(file, bytes, at, Number(size.value), isTable);
  const values = payload && readRecord(payload);
  return values ? { rowid, values } : null;
}

function readPayload(file: PageFile, bytes: Buffer, at: number, size: number, isTable: boolean): Buffer | null {
  const { usable } = file;
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (size <= most) return at + size <= bytes.length ? bytes.subarray(at, at + size) : null;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((size - least) % (usable - 4));
  const local = wanted <= most ? wanted : least;
  if (at + local + 4 > bytes.length) return null;
  const parts = [bytes.subarray(at, at + local)];
  let next = bytes.readUInt32BE(at + local);
  for (let left = size - local; left > 0; ) {
    const page = next === 0 ? null : file.page(next);
    if (!page) return null;
    const part = Math.min(left, usable - 4);
    parts.push(page.subarray(4, 4 + part));
    next = page.readUInt32BE(0);
    left -= part;
  }
  return Buffer.concat(parts);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const INTEGER_SIZES: readonly number[] = [0, 1, 2, 3, 4, 6, 8];

/** The columns of a record; null where head and body do not fit each other, or a text is no text. */
function readRecord(payload: Buffer): Value[] | null {
  const head = readVarint(payload, 0);
  if (!head || head.value > BigInt(payload.length)) return null;
  const headEnd = Number(head.value);
  const values: Value[] = [];
  let body = headEnd;
  for (let at = head.end; at < headEnd; ) {
    const type = readVarint(payload, at);
    if (!type || type.end > headEnd) return null;
    at = type.end;
    const serial = Number(type.value);
    const size = sizeOf(serial);
    if (size === null || body + size > payload.length) return null;
    const value = readValue(serial, payload.subarray(body, body + size));
    if (value === undefined) return null;
    values.push(value);
    body += size;
  }
  return body === payload.length ? values : null;
}

function sizeOf(serial: number): number | null {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  if (serial <= 6) return INTEGER_SIZES[serial] ?? null;
  return serial === 7 ? 8 : serial === 8 || serial === 9 ? 0 : null;
}

function readValue(serial: number, bytes: Buffer): Value | undefined {
  if (serial === 0) return null;
  if (serial === 8 || serial === 9) return serial - 8;
  if (serial === 7) return bytes.readDoubleBE(0);
  if (serial === 6) return safe(bytes.readBigInt64BE(0));
  if (serial < 6) return bytes.readIntBE(0, bytes.length);
  if (serial % 2 === 0) return Buffer.from(bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const safe = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } | null {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const at = start + index;
    if (at >= bytes.length) return null;
    const byte = bytes.readUInt8(at);
    if (index >= 6) return readLongVarint(bytes, start);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value: BigInt(value), end: at + 1 };
  }
  return null;
}

function readLongVarint(bytes: Buffer, start: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let index = 0; index < 9; index++) {
    const at = start + index;
    if (at >= bytes.length) return null;
    const byte = BigInt(bytes.readUInt8(at));
    if (index === 8) return { value: (value << 8n) | byte, end: at + 1 };
    value = (value << 7n) | (byte & 0x7fn);
    if (byte < 0x80n) return { value, end: at + 1 };
  }
  return null;
}
