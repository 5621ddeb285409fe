import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, open, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ParleyError } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';
import { isBundleName } from './file-kinds.ts';
import { nameAttempt, safeFileName } from './file-names.ts';

/** So many files of one name get a number; more than that is no accident. */
const ATTEMPTS_MAX = 1_000;
/** Space that stays free for the system and for the history. */
export const DISK_RESERVE_BYTES = 268_435_456;

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

/**
 * The folder that received files are moved to. Nothing that a sender says leads out of it, and nothing that lies in it is replaced.
 */
export class Downloads {
  readonly #folder: string;
  readonly #platform: string;

  constructor(folder: string, platform: string = process.platform) {
    this.#folder = folder;
    this.#platform = platform;
  }

  get folder(): string {
    return this.#folder;
  }

  /**
   * Takes a free name for a file that is called `name` inside `folders`: an empty file holds the place. The result is the path.
   */
  async reserve(name: string, folders: readonly string[]): Promise<string> {
    try {
      let folder = this.#folder;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const each of folders) folder = await folderIn(folder, safeFolderName(each));
      const safe = safeFileName(name);
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const path = join(folder, nameAttempt(safe, attempt));
        try {
          // Exclusive: fails where anything has the name already, also a link that leads nowhere.
          await (await open(path, 'wx', 0o600)).close();
          return path;
        } catch (error) {
          if (codeOf(error) !== 'EEXIST') throw error;
        }
      }
      throw new ParleyError('disk-read-only');
    } catch (error) {
      throw asFileError(error);
    }
  }

  /** Moves a complete file to the place that was reserved for it, never executable, and marks it as come from outside. */
  async moveIn(from: string, path: string): Promise<void> {
    try {
      try {
        await rename(from, path);
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error;
        await this.#copyIn(from, path);
      }
    } catch (error) {
      throw asFileError(error);
    }
    await markAsForeign(path, this.#platform);
  }

  /** From another disk: whole under another name first, so that a half of it never has the right one. */
  async #copyIn(from: string, path: string): Promise<void> {
    const half = join(path, '..', `.${basename(from)}.copying`);
    try {
      await rm(half, { force: true });
      await copyFile(from, half, constants.COPYFILE_EXCL);
      const handle = await open(half, 'r+');
      try {
        await handle.chmod(0o600);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(half, path);
    } catch (error) {
      await rm(half, { force: true });
      throw error;
    }
    await rm(from, { force: true });
  }
}

/** A harmless name that no system takes for anything but a folder. */
function safeFolderName(offered: string): string {
  const safe = safeFileName(offered);
  return isBundleName(safe) ? `${safe}_` : safe;
}

/** Makes or takes a folder inside another. A link or a file of that name is left alone, and the folder gets a number. */
async function folderIn(parent: string, name: string): Promise<string> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const path = join(parent, attempt === 1 ? name : `${name} (${attempt})`);
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if ((await lstat(path)).isDirectory()) return path;
    }
  }
  throw new ParleyError('disk-read-only');
}

/** Refuses with `disk-full` where a file of that size would leave too little room on the disk of `folder`. */
export async function checkRoom(folder: string, sizeBytes: number): Promise<void> {
  let freeBytes: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    freeBytes = bavail * bsize;
  } catch (error) {
    throw asFileError(error);
  }
  if (freeBytes < sizeBytes + DISK_RESERVE_BYTES) throw new ParleyError('disk-full');
}

/**
 * Tells the system that a file came from outside, where it has such a mark: Windows and macOS then ask before they run or open it.
 */
async function markAsForeign(path: string, platform: string): Promise<void> {
  try {
    if (platform === 'win32') await writeFile(`${path}:Zone.Identifier`, '[ZoneTransfer]\r\nZoneId=3\r\n');
    if (platform === 'darwin') {
      const seconds = Math.floor(Date.now() / 1_000).toString(16);
      await promisify(execFile)('/usr/bin/xattr', ['-w', 'com.apple.quarantine', `0081;${seconds};Parley;`, path]);
    }
  } catch {
    // A disk without such marks, a memory stick for example. The question before opening does not depend on them.
  }
}
