import { lstat, open, rename } from 'node:fs/promises';
import { ParleyError } from '@parley/shared/protocol';
import type { FileRecord } from './file-records.ts';

const found = (path: string) => lstat(path).catch(() => null);

/** Reads `sizeBytes` of a file on this disk; refuses with `file-missing`, and with `file-changed` where it is not what was noted. */
export async function readFrom(record: FileRecord, at: number, sizeBytes: number): Promise<Uint8Array> {
  if (record.path === null) throw new ParleyError('file-missing');
  try {
    const handle = await open(record.path, 'r');
    try {
      const { size, mtimeMs } = await handle.stat();
      if (size !== record.sizeBytes || Math.round(mtimeMs) !== record.modifiedMs) throw new ParleyError('file-changed');
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
