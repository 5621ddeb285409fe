import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** The page size of every file that Parley makes; taken where a damaged header does not tell. */
const USUAL_PAGE_SIZE = 4096;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** The pages of a SQLite file as its last commit left them, read without SQLite, which refuses a file that is damaged. */
export interface PageFile {
  /** How many bytes of a page hold content. */
  readonly usable: number;
  readonly pageSize: number;
  readonly pageCount: number;
  /** The number in the header that migrations raise; null where the header is not one. */
  readonly userVersion: number | null;
  /** A page by its number, from 1; null where the file ends before it. The buffer is the caller's. */
  page(number: number): Buffer | null;
  close(): void;
}

/** Opens `file` with the write-ahead log beside it. Throws what the file system throws. */
export function openPageFile(file: string): PageFile {
  const db = openSync(file, 'r');
  const wal = existsSync(`${file}-wal`) ? openSync(`${file}-wal`, 'r') : null;
  const close = () => {
    closeSync(db);
    if (wal !== null) closeSync(wal);
  };
  try {
    const log = wal === null ? NO_LOG : readLog(wal);
    const firstOf = (size: number) => {
      const at = log.offsets.get(1);
      return at !== undefined && wal !== null ? readAt(wal, at, size) : readAt(db, 0, size);
    };
    const header = firstOf(100);
    const isHeader = header?.toString('latin1', 0, 16) === 'SQLite format 3\u0000';
    const pageSize = log.pageSize ?? (isHeader && header ? pageSizeOf(header.readUInt16BE(16)) : USUAL_PAGE_SIZE);
    const reserved = isHeader && header ? header.readUInt8(20) : 0;
    const pageCount = log.pageCount ?? Math.ceil(fstatSync(db).size / pageSize);
    return {
      usable: pageSize - reserved,
      pageSize,
      pageCount,
      userVersion: isHeader && header ? header.readUInt32BE(60) : null,
      page(number) {
        if (number < 1 || number > pageCount) return null;
        const at = log.offsets.get(number);
        return at !== undefined && wal !== null
          ? readAt(wal, at, pageSize)
          : readAt(db, (number - 1) * pageSize, pageSize);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

type Log = { offsets: ReadonlyMap<number, number>; pageSize: number | null; pageCount: number | null };
const NO_LOG: Log = { offsets: new Map(), pageSize: null, pageCount: null };

/** Where the log holds the newest committed form of each page, by the rules of SQLite: up to the first frame that is not whole. */
function readLog(wal: number): Log {
  const header = readAt(wal, 0, WAL_HEADER);
  if (!header) return NO_LOG;
  const magic = header.readUInt32BE(0);
  if (magic >>> 1 !== 0x377f0682 >>> 1) return NO_LOG;
  const sum = checksum(magic === 0x377f0682);
  const pageSize = header.readUInt32BE(8);
  let state = sum([0, 0], header.subarray(0, 24));
  if (state[0] !== header.readUInt32BE(24) || state[1] !== header.readUInt32BE(28)) return NO_LOG;
  if (pageSize < 512 || pageSize > 65_536) return NO_LOG;

  const offsets = new Map<number, number>();
  let pending: [page: number, offset: number][] = [];
  let pageCount: number | null = null;
  for (let at = WAL_HEADER; ; at += FRAME_HEADER + pageSize) {
    const frame = readAt(wal, at, FRAME_HEADER + pageSize);
    if (!frame?.subarray(8, 16).equals(header.subarray(16, 24))) break;
    state = sum(sum(state, frame.subarray(0, 8)), frame.subarray(FRAME_HEADER));
    if (state[0] !== frame.readUInt32BE(16) || state[1] !== frame.readUInt32BE(20)) break;
    pending.push([frame.readUInt32BE(0), at + FRAME_HEADER]);
    const sizeAtCommit = frame.readUInt32BE(4);
    if (sizeAtCommit === 0) continue;
    for (const [page, offset] of pending) offsets.set(page, offset);
    pending = [];
    pageCount = sizeAtCommit;
  }
  return { offsets, pageSize: offsets.size > 0 ? pageSize : null, pageCount };
}

type Sum = [number, number];

/** The running checksum of SQLite's log, over words in the byte order that its header names. */
const checksum =
  (littleEndian: boolean) =>
  ([first, second]: Sum, bytes: Buffer): Sum => {
    let [a, b] = [first, second];
    for (let at = 0; at < bytes.length; at += 8) {
      a = (a + (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) + b) >>> 0;
      b = (b + (littleEndian ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4)) + a) >>> 0;
    }
    return [a, b];
  };

function pageSizeOf(stored: number): number {
  const size = stored === 1 ? 65_536 : stored;
  return size >= 512 && (size & (size - 1)) === 0 ? size : USUAL_PAGE_SIZE;
}

/** Exactly so many bytes; null where the file ends before. */
function readAt(handle: number, position: number, size: number): Buffer | null {
  const buffer = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const read = readSync(handle, buffer, filled, size - filled, position + filled);
    if (read === 0) return null;
    filled += read;
  }
  return buffer;
}
