import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ParleyError } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';
import { nameAttempt, safeFileName } from '../files/file-names.ts';

const ATTEMPTS_MAX = 1_000;
const KEPT_BYTES = 262_144;

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

/** Makes a folder that was not there; a name that is taken gets a number. Answers its path. Throws `disk-full` or `disk-read-only`. */
export async function newFolder(parent: string, name: string): Promise<string> {
  return firstFree(name, async (free) => {
    await mkdir(join(parent, free), { mode: 0o700 });
    return join(parent, free);
  });
}

/** Makes a file that was not there; a name that is taken gets a number. Close it. Throws `disk-full` or `disk-read-only`. */
export async function newFile(folder: string, name: string): Promise<NewFile> {
  return firstFree(
    name,
    async (free) => new NewFile(join(folder, free), free, await open(join(folder, free), 'wx', 0o600)),
  );
}

/** Gives a file that is whole its name in its folder; a name that is taken gets a number. Throws `disk-full` or `disk-read-only`. */
export async function nameFile(file: string, name: string): Promise<{ path: string; name: string }> {
  return firstFree(name, async (free) => {
    const path = join(dirname(file), free);
    // Not by a link, which the file systems of most sticks do not have.
    if (existsSync(path)) throw Object.assign(new Error('taken'), { code: 'EEXIST' });
    await rename(file, path);
    return { path, name: free };
  });
}

async function firstFree<T>(name: string, make: (name: string) => Promise<T>): Promise<T> {
  const safe = safeFileName(name);
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    try {
      return await make(nameAttempt(safe, attempt));
    } catch (error) {
      if (!isTaken(error)) throw asFileError(error);
    }
  }
  throw new ParleyError('disk-read-only');
}

/** A file that is written from its beginning to its end. */
export class NewFile {
  readonly path: string;
  /** Its name in its folder. */
  readonly name: string;
  readonly #handle: FileHandle;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(path: string, name: string, handle: FileHandle) {
    this.path = path;
    this.name = name;
    this.#handle = handle;
  }

  /** Resolves when the disk can take more. Rejects with `disk-full` or `disk-read-only`. */
  async write(part: string | Uint8Array): Promise<void> {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    if (this.#keptBytes >= KEPT_BYTES) await this.#flush();
  }

  /** Resolves when all of it is on the disk. */
  async finish(): Promise<void> {
    await this.#flush();
    try {
      await this.#handle.sync();
    } catch (error) {
      throw asFileError(error);
    } finally {
      await this.#handle.close();
    }
  }

  /** Gives it up and removes it. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [];
    this.#keptBytes = 0;
    try {
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw asFileError(error);
    }
  }
}

/** The day of a moment where this computer is, for a file's name: 2026-11-29. */
export function dateOf(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
