import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

// The files of a history: `history.db` with SQLite's own beside it (-wal, -shm), its backups, a damaged one that was set
// aside, copies that are being made (.part), and a finished copy that is about to take its place (.renewed).

const OWN_SUFFIXES = ['', '-wal', '-shm', '-journal'] as const;
const RENEWED = '.renewed';

/** A copy that is being made. None outlives the next start. */
export const partOf = (file: string, purpose: string): string => `${file}.${purpose}.part`;

/** Removes a database with what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of OWN_SUFFIXES) rmSync(file + suffix, { force: true });
}

/** Keeps `file` and its log as they are under another name, and answers that name. */
export function setAside(file: string, nowMs: number): string {
  const target = `${file}.damaged-${nowMs}`;
  for (const suffix of ['', '-wal']) {
    if (!existsSync(file + suffix) || statSync(file + suffix).size === 0) continue;
    try {
      linkSync(file + suffix, target + suffix);
    } catch {
      // Not every file system knows links.
      copyFileSync(file + suffix, target + suffix);
    }
  }
  return basename(target);
}

/**
 * Puts `part` in the place of `file` and its log. However it ends, the next start finds one of the two whole: from the
 * first rename on it is the new one.
 */
export function replaceDatabase(part: string, file: string): void {
  sync(part);
  renameSync(part, file + RENEWED);
  syncFolder(file);
  finishReplacing(file);
}

/** Ends what `replaceDatabase` began. */
export function finishReplacing(file: string): void {
  if (!existsSync(file + RENEWED)) return;
  removeDatabase(file);
  renameSync(file + RENEWED, file);
  syncFolder(file);
}

/** Removes copies that were being made when the app ended. */
export function removeParts(file: string): void {
  for (const name of namesBeside(file)) if (name.includes('.part')) rmSync(join(dirname(file), name), { force: true });
}

/** Removes every file of the history but the one that is in use: what was deleted must not live on in copies. */
export function forgetCopies(file: string): void {
  for (const name of namesBeside(file)) rmSync(join(dirname(file), name), { force: true });
}

/**
 * Removes the copies that no newer one replaces: backups of other versions than `backup`, with the one before it, and damaged files. Words that go
 * by their time must not stay in them for ever.
 */
export function forgetStaleCopies(file: string, backup: string): void {
  const kept = [backup, `${backup}.older`];
  const stale = [`${basename(file)}.backup-v`, `${basename(file)}.damaged-`];
  for (const name of namesBeside(file)) {
    if (stale.some((start) => name.startsWith(start)) && !kept.includes(join(dirname(file), name)))
      rmSync(join(dirname(file), name), { force: true });
  }
}

/** The damaged files that were set aside. */
export const damagedCopiesOf = (file: string): string[] =>
  namesBeside(file)
    .filter((name) => name.startsWith(`${basename(file)}.damaged-`))
    .map((name) => join(dirname(file), name));

/** Makes what was written to `file` outlast a power cut. */
export function sync(file: string): void {
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

function namesBeside(file: string): string[] {
  return readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.`));
}

/** A rename is durable when its folder is; Windows knows no such step. */
function syncFolder(file: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(dirname(file), 'r');
  fsyncSync(handle);
  closeSync(handle);
}
