import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, ParleyError } from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import { migrations } from './migrations/index.ts';

/** A connection that may write. The only writer of a profile's history. */
export type WritableDb = Database.Database;
export type Statement = Database.Statement<unknown[], unknown>;

export type OpenedHistory = {
  db: WritableDb;
  /** Set when the file was damaged: it lies beside, and this says whether a backup took its place. */
  recovered: null | { setAsideAs: string; fromBackup: boolean };
};

/**
 * Opens (or makes) the history at `file` exactly as security.md §3.4 asks and brings it to the newest version.
 * A damaged file is set aside unchanged; the newest good backup, or an empty history, takes its place.
 * Throws `history-from-future` (and changes nothing), `history-locked`, `disk-full` or `disk-read-only`.
 */
export function openHistory(file: string, now: () => number): OpenedHistory {
  try {
    return { db: openChecked(file), recovered: null };
  } catch (thrown) {
    const error = asHistoryError(thrown);
    if (error.code !== 'history-damaged') throw error;
    const setAsideAs = setAside(file, now());
    for (const backup of backupsOf(file)) {
      try {
        openChecked(backup).close();
        renameSync(backup, file);
        return { db: openChecked(file), recovered: { setAsideAs, fromBackup: true } };
      } catch {
        // This backup is no good either: the next one is older.
      }
    }
    return { db: openChecked(file), recovered: { setAsideAs, fromBackup: false } };
  }
}

function openChecked(file: string): WritableDb {
  const isNew = !existsSync(file);
  const db = new Database(file);
  try {
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    db.pragma('busy_timeout = 5000');
    db.pragma('trusted_schema = OFF');
    db.pragma('foreign_keys = ON');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > migrations.length) throw new ParleyError('history-from-future');
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') throw new ParleyError('disk-read-only');
    // Compiled in as NORMAL for WAL, so it has to be said on each open, and looked at.
    db.pragma('synchronous = FULL');
    if (process.platform === 'darwin') db.pragma('fullfsync = ON');
    assertPragmas(db);
    if (!isNew && db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new ParleyError('history-damaged');
    migrate(db, file, version, isNew);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function assertPragmas(db: WritableDb): void {
  const expected = { synchronous: 2, foreign_keys: 1, trusted_schema: 0 };
  for (const [name, value] of Object.entries(expected)) {
    if (db.pragma(name, { simple: true }) !== value) throw new Error(`PRAGMA ${name} is not ${value}`);
  }
}

function migrate(db: WritableDb, file: string, version: number, isNew: boolean): void {
  if (version === migrations.length) return;
  if (!isNew && version > 0) backUp(db, file, version);
  for (let next = version; next < migrations.length; next++) {
    db.transaction(() => {
      migrations[next]?.(db);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
}

/** A whole copy beside the file, before its shape changes. */
function backUp(db: WritableDb, file: string, version: number): void {
  const target = `${file}.backup-v${version}`;
  rmSync(target, { force: true });
  db.prepare('VACUUM INTO ?').run(target);
  if (process.platform !== 'win32') chmodSync(target, 0o600);
}

function backupsOf(file: string): string[] {
  const prefix = `${basename(file)}.backup-v`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix))
    .sort((left, right) => Number(right.slice(prefix.length)) - Number(left.slice(prefix.length)))
    .map((name) => join(dirname(file), name));
}

function setAside(file: string, nowMs: number): string {
  const target = `${file}.damaged-${nowMs}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  }
  return basename(target);
}

const codes: readonly [pattern: RegExp, code: ErrorCode][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, 'history-damaged'],
  [/^SQLITE_(BUSY|LOCKED)/, 'history-locked'],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'disk-full'],
  [/^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_IOERR|EACCES|EROFS|EPERM)/, 'disk-read-only'],
];

/** The ParleyError for whatever SQLite or the file system threw. */
export function asHistoryError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = codes.find(([pattern]) => pattern.test(code));
  return new ParleyError(known ? known[1] : 'internal', { cause: thrown });
}

/** Holds an exclusive lock on `file` until closed. Throws `history-locked` while another process holds it. */
export function openLock(file: string): { close(): void } {
  let db: WritableDb | undefined;
  try {
    db = new Database(file, { timeout: 0 });
    db.pragma('journal_mode = DELETE');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (by INTEGER); COMMIT');
    // A write takes the lock; exclusive mode keeps it until the connection closes.
    db.exec('BEGIN IMMEDIATE; DELETE FROM held; COMMIT');
    const held = db;
    return { close: () => held.close() };
  } catch (thrown) {
    db?.close();
    throw asHistoryError(thrown);
  }
}
