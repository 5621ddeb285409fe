import { lstat, open, rename } from 'node:fs/promises';
import { ParleyError } from '@parley/shared/protocol';
import type { FileRecord } from './file-records.ts';

const found = (path: string) => lstat(path).catch(() => null);

/** What is noted of a file: null where its time says nothing. */
type Noted = { path: string; sizeBytes: number; modifiedMs: number | null };

/** Reads `sizeBytes` of a received file; refuses with `file-missing`, and with `file-changed` where it is not what was noted. */
export async function readFrom({ path, ...noted }: FileRecord, at: number, sizeBytes: number): Promise<Uint8Array> {
  if (path === null) throw new ParleyError('file-missing');
  return readAt({ ...noted, path }, at, sizeBytes);
}

/** The same for any file on this disk. */
export async function readAt(noted: Noted, at: number, sizeBytes: number): Promise<Uint8Array> {
  try {
    const handle = await open(noted.path, 'r');
    try {
      const { size, mtimeMs } = await handle.stat();
      const isOther = noted.modifiedMs !== null && Math.round(mtimeMs) !== noted.modifiedMs;
      if (size !== noted.sizeBytes || isOther) throw new ParleyError('file-changed');
      const bytes = new Uint8Array(sizeBytes);
      let read = 0;
      while (read < sizeBytes) {
        const { bytesRead } = await handle.read(bytes, read, sizeBytes - read, at + read);
        if (bytesRead === 0) throw new ParleyError('file-changed');
        read += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof ParleyError ? error : new ParleyError('file-missing', { cause: error });
  }
}

/** A file that is on this disk, with its path; refuses with `file-unknown` or `file-missing`. */
export async function fileOf(record: FileRecord | undefined): Promise<{ record: FileRecord; path: string }> {
  if (!record?.path) throw new ParleyError('file-unknown');
  if (!(await found(record.path))?.isFile()) throw new ParleyError('file-missing');
  return { record, path: record.path };
}

export const isEmpty = async (path: string): Promise<boolean> => (await found(path))?.size === 0;

/** The app ended between the move and its note: the file is taken back, and goes the same way again once it was checked. */
export async function takeBack(target: string, part: string, sizeBytes: number): Promise<void> {
  if ((await found(part)) !== null) return;
  const moved = await found(target);
  if (moved?.isFile() && moved.size === sizeBytes && sizeBytes > 0) await rename(target, part).catch(() => {});
}
