import { chmodSync, closeSync, existsSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ParleyError } from '@parley/shared/protocol';
import type { WritableDb } from './database.ts';
import { partOf, removeDatabase, sync } from './history-files.ts';

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
    .filter((name) => name.startsWith(prefix) && /^\d+(\.older)?$/.test(name.slice(prefix.length)))
    .sort((left, right) => {
      const [[a, aOlder], [b, bOlder]] = [place(left), place(right)];
      return b - a || Number(aOlder) - Number(bOlder);
    })
    .map((name) => join(dirname(file), name));
}

/** A whole copy beside the file, before its shape changes; answers its path. */
export function backUpBeforeMigration(db: WritableDb, file: string, version: number): string {
  const part = partOf(file, 'backup');
  removeDatabase(part);
  db.prepare('VACUUM INTO ?').run(part);
  const target = nameOf(file, version);
  takePlace(part, target);
  return target;
}

/** Whether the newest copy is older than a day, or there is none. */
export function isBackupDue(db: WritableDb, file: string, nowMs: number): boolean {
  const target = newestOf(db, file);
  return !existsSync(target) || nowMs - statSync(target).mtimeMs >= BACKUP_EVERY_MS;
}

/** The place of the newest backup of this version of the history. */
export const newestOf = (db: WritableDb, file: string) =>
  nameOf(file, Number(db.pragma('user_version', { simple: true })));

/**
 * Copies the history beside its file if the newest copy is older than a day, a few pages at a time, so that others are
 * served meanwhile. The copy before stays until the next one. Answers whether a copy was made. Rejects when the disk does
 * not take it, and with `cancelled`; then the older ones are as they were.
 */
export async function backUpIfOld(
  db: WritableDb,
  file: string,
  nowMs: number,
  isCancelled: () => boolean = () => false,
): Promise<boolean> {
  const target = newestOf(db, file);
  if (!isBackupDue(db, file, nowMs)) return false;
  const part = partOf(file, 'backup');
  try {
    await copyInSteps(db, part, isCancelled);
    if (existsSync(target)) renameSync(target, `${target}${OLDER}`);
    takePlace(part, target);
    return true;
  } catch (error) {
    removeDatabase(part);
    throw error;
  }
}

/**
 * Copies the history to `target`, a few pages at a time. Anything written or deleted meanwhile is so in the copy as well. Rejects when the
 * disk does not take it, and with `cancelled`; then something of it may be left.
 */
export async function copyInSteps(db: WritableDb, target: string, isCancelled: () => boolean): Promise<void> {
  removeDatabase(target);
  closeSync(openSync(target, 'w', 0o600));
  await db.backup(target, {
    progress: () => {
      if (isCancelled()) throw new ParleyError('cancelled');
      return PAGES_AT_ONCE;
    },
  });
}

function takePlace(part: string, target: string): void {
  if (process.platform !== 'win32') chmodSync(part, 0o600);
  sync(part);
  renameSync(part, target);
}
