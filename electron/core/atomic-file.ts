import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { asFileError } from './file-errors.ts';

/**
 * Writes a whole file so that after a crash either the old or the new content is there, for this user only.
 * Throws `disk-full` or `disk-read-only`.
 */
export function writeFileAtomically(file: string, content: string | Uint8Array): void {
  const temporary = `${file}.new`;
  try {
    const handle = openSync(temporary, 'w', 0o600);
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      let written = 0;
      while (written < bytes.length) written += writeSync(handle, bytes, written);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
    syncFolder(dirname(file));
  } catch (error) {
    remove(temporary);
    throw asFileError(error);
  }
}

/** Removes the rest of a failed write. On a disk that takes no writes it stays, and the first error is the one that counts. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Said above.
  }
}

/** Makes the rename itself durable; Windows does that by itself and has no handle for a folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
