import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WritableDb } from './database.ts';

/** How old the newest backup may become while the app runs. */
export const BACKUP_EVERY_MS = 86_400_000;
/** How many pages are copied before other calls have their turn. */
const PAGES_AT_ONCE = 256;

const nameOf = (file: string, version: number): string => `${file}.backup-v${version}`;
const OLDER = '.older';

/** The backups beside `file`, the one to be preferred first: newest shape, then newest copy. */
export function backupsOf(file: string): string[] {
  const prefix = `${basename(file)}.backup-v`;
  const place = (name: string): [version: number, older: boolean] => [
    Number.parseInt(name.slice(prefix.length), 10),
    name.endsWith(OLDER),
  ];
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && !name.endsWith('.part'))
    .sort((left, right) => {
      const [[a, aOlder], [b, bOlder]] = [place(left), place(right)];
      return b - a || Number(aOlder) - Number(bOlder);
    })
    .map((name) => join(dirname(file), name));
}

/** A whole copy beside the file, before its shape changes. */
export function backUpBeforeMigration(db: WritableDb, file: string, version: number): void {
  const part = `${nameOf(file, version)}.part`;
  rmSync(part, { force: true });
  db.prepare('VACUUM INTO ?').run(part);
  takePlace(part, nameOf(file, version));
}

/**
 * Copies the history beside its file if the newest copy is older than a day, a few pages at a time, so that others are
 * served meanwhile. The copy before stays until the next one. Answers whether a copy was made. Rejects when the disk does
 * not take it; then the older ones are as they were.
 */
export async function backUpIfOld(db: WritableDb, file: string, nowMs: number): Promise<boolean> {
  const version = Number(db.pragma('user_version', { simple: true }));
  const target = nameOf(file, version);
  if (existsSync(target) && nowMs - statSync(target).mtimeMs < BACKUP_EVERY_MS) return false;
  const part = `${target}.part`;
  rmSync(part, { force: true });
  closeSync(openSync(part, 'w', 0o600));
  try {
    await db.backup(part, { progress: () => PAGES_AT_ONCE });
    if (existsSync(target)) renameSync(target, `${target}${OLDER}`);
    takePlace(part, target);
    return true;
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** Removes every copy: what was deleted must not live on in them. */
export function forgetBackups(file: string): void {
  for (const backup of backupsOf(file)) rmSync(backup, { force: true });
}

function takePlace(part: string, target: string): void {
  if (process.platform !== 'win32') chmodSync(part, 0o600);
  const handle = openSync(part, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(part, target);
}
