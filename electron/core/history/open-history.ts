import { chmodSync, closeSync, copyFileSync, existsSync, openSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, ParleyError } from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import { asFileError } from '../file-errors.ts';
import { backUpBeforeMigration, backupsOf } from './backup.ts';
import type { WritableDb } from './database.ts';
import { migrations as allMigrations, type Migration } from './migrations/index.ts';
import { roomHash } from './room-hash.ts';
import { sql } from './statements.ts';

export type OpenedHistory = {
  db: WritableDb;
  /** Set when the file was damaged: it lies beside, and this says whether a backup took its place. */
  recovered: null | { setAsideAs: string; fromBackup: boolean };
};

/**
 * Opens (or makes) the history at `file`, readable by this user alone and synced at each commit, and brings it to the newest
 * version.
 * A damaged file is set aside unchanged; the newest good backup, or an empty history, takes its place.
 * Throws `history-from-future` (and changes nothing), `history-locked`, `disk-full` or `disk-read-only`.
 */
export function openHistory(
  file: string,
  now: () => number,
  migrations: readonly Migration[] = allMigrations,
): OpenedHistory {
  try {
    return { db: openChecked(file, migrations), recovered: null };
  } catch (thrown) {
    const error = asHistoryError(thrown);
    if (error.code !== 'history-damaged') throw error;
    const setAsideAs = setAside(file, now());
    const fromBackup = takeNewestGoodBackup(file);
    const db = openChecked(file, migrations);
    keepOwnFloors(join(dirname(file), setAsideAs), db);
    return { db, recovered: { setAsideAs, fromBackup } };
  }
}

/** Puts the newest backup that is whole in the place of `file`; false where there is none. */
function takeNewestGoodBackup(file: string): boolean {
  for (const backup of backupsOf(file)) {
    try {
      const db = new Database(backup, { readonly: true });
      const whole = db.pragma('quick_check(1)', { simple: true }) === 'ok';
      db.close();
      if (!whole) continue;
      // A copy, so that the backup is still there if the disk fails again.
      copyFileSync(backup, file);
      return true;
    } catch {
      // Not even a database: the next one is older.
    }
  }
  return false;
}

/**
 * Carries over how far this device had counted, as far as the damaged file still tells. With an older history it
 * would otherwise use a seq twice, and everybody would take its next messages for forged ones.
 */
function keepOwnFloors(damagedFile: string, db: WritableDb): void {
  try {
    const damaged = new Database(damagedFile, { readonly: true });
    try {
      const rows = damaged
        .prepare<unknown[], { room_id: string; seq: number; clock: number }>(
          'SELECT room_id, max(seq) AS seq, max(clock) AS clock FROM messages WHERE mine = 1 GROUP BY room_id',
        )
        .all();
      const raise = db.prepare(sql.raiseOwnFloor);
      for (const { room_id, seq, clock } of rows) raise.run({ roomHash: roomHash(room_id), seq, clock });
    } finally {
      damaged.close();
    }
  } catch {
    // Too damaged to tell: what members send back fills the gap before long.
  }
}

/** Which version wrote the file; looked at without touching it. */
function versionOf(file: string): number {
  const db = new Database(file, { readonly: true });
  try {
    return Number(db.pragma('user_version', { simple: true }));
  } finally {
    db.close();
  }
}

function openChecked(file: string, migrations: readonly Migration[]): WritableDb {
  const isNew = !existsSync(file);
  // Created here, so that nobody else can read it even for a moment; its log takes the same mode.
  if (isNew) closeSync(openSync(file, 'a', 0o600));
  else if (versionOf(file) > migrations.length) throw new ParleyError('history-from-future');
  const db = new Database(file);
  try {
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    db.pragma('busy_timeout = 5000');
    db.pragma('trusted_schema = OFF');
    db.pragma('foreign_keys = ON');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') throw new ParleyError('disk-read-only');
    // Compiled in as NORMAL for WAL, so it has to be said on each open, and looked at.
    db.pragma('synchronous = FULL');
    if (process.platform === 'darwin') db.pragma('fullfsync = ON');
    // Deleted texts are overwritten, not only let go.
    db.pragma('secure_delete = ON');
    assertPragmas(db);
    if (!isNew && db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new ParleyError('history-damaged');
    migrate(db, file, version, isNew, migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function assertPragmas(db: WritableDb): void {
  const expected = {
    synchronous: 2,
    foreign_keys: 1,
    trusted_schema: 0,
    secure_delete: 1,
    journal_mode: 'wal',
    ...(process.platform === 'darwin' ? { fullfsync: 1 } : {}),
  };
  for (const [name, value] of Object.entries(expected)) {
    if (db.pragma(name, { simple: true }) !== value) throw new Error(`PRAGMA ${name} is not ${value}`);
  }
}

function migrate(
  db: WritableDb,
  file: string,
  version: number,
  isNew: boolean,
  migrations: readonly Migration[],
): void {
  if (version === migrations.length) return;
  if (!isNew && version > 0) backUpBeforeMigration(db, file, version);
  for (let next = version; next < migrations.length; next++) {
    db.transaction(() => {
      migrations[next]?.(db);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
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
  [/^SQLITE_FULL/, 'disk-full'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/, 'disk-read-only'],
];

/** The ParleyError for whatever SQLite or the file system threw. */
export function asHistoryError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = codes.find(([pattern]) => pattern.test(code));
  return known ? new ParleyError(known[1], { cause: thrown }) : asFileError(thrown);
}

/** Holds an exclusive lock on `file` until closed. Throws `history-locked` while another process holds it. */
export function openLock(file: string): { close(): void } {
  let db: WritableDb | undefined;
  try {
    closeSync(openSync(file, 'a', 0o600));
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
