import { chmodSync, closeSync, copyFileSync, existsSync, openSync, statSync } from 'node:fs';
import { ParleyError } from '@parley/shared/protocol';
import Database from 'better-sqlite3';
import { backUpBeforeMigration } from './backup.ts';
import { CHECKED_AT_ONCE_MAX, checkWhole, lookAtPlaces } from './check-history.ts';
import type { WritableDb } from './database.ts';
import { asHistoryError, isDamage } from './history-errors.ts';
import { finishReplacing, partOf, removeDatabase, removeParts, replaceDatabase } from './history-files.ts';
import { migrations as allMigrations, type Migration, type MigrationProgress } from './migrations/index.ts';
import { type Opening, type Recovery, repair } from './repair.ts';
import { schemaOf, versionOfSchema } from './schema-version.ts';

/** Enough for the indexes that a migration writes. */
const MIGRATION_CACHE_KIB = 65_536;

export type OpenedHistory = {
  db: WritableDb;
  /** Whether everything was read; of a long file only some places were. */
  checked: boolean;
  /** Whether the app did not end by itself the last time: its log was still beside the file. */
  unclean: boolean;
  /** Set when the file was damaged: how it was brought back. */
  recovered: Recovery | null;
};

export type OpenOptions = {
  migrations?: readonly Migration[];
  /** Reads everything, however long the file is: something said that it is damaged. */
  suspect?: boolean;
  /** The longest file, in bytes, that is checked from end to end. */
  checkedAtOnceMax?: number;
  /** How far a file of an earlier version was brought to this one. */
  migrated?: MigrationProgress | undefined;
};

/**
 * Opens (or makes) the history at `file`, readable by this user alone and synced at each commit, and brings it to the newest
 * version. A damaged file is repaired (`repair.ts`): nothing that can be read is given up.
 * Throws `history-from-future` (and changes nothing), `history-locked`, `disk-full` or `disk-read-only`.
 */
export function openHistory(file: string, now: () => number, options: OpenOptions = {}): OpenedHistory {
  const { migrations = allMigrations } = options;
  finishReplacing(file);
  try {
    return { ...openChecked(file, migrations, options), recovered: null };
  } catch (thrown) {
    if (!isDamage(thrown)) throw asHistoryError(thrown);
  }
  try {
    const recovered = repair(file, openingFor(migrations), now());
    return { ...openChecked(file, migrations, options), recovered };
  } catch (thrown) {
    throw asHistoryError(thrown);
  }
}

const openingFor = (migrations: readonly Migration[]): Opening => ({
  connect: (file, { readonly } = { readonly: false }) => {
    if (!readonly) makeFile(file);
    return new Database(file, { readonly });
  },
  open: (file) => {
    assertVersion(file, migrations);
    return connect(file);
  },
  made: made(migrations),
  migrate: (db, version) => raise(db, migrations.slice(0, version)),
  newest: migrations.length,
});

/** Created here, so that nobody else can read it even for a moment; SQLite's files beside it take the same mode. */
const makeFile = (file: string): void => closeSync(openSync(file, 'a', 0o600));

/**
 * Looks at the version that wrote the file without touching it. Throws `history-from-future`, and `history-damaged` where its
 * number is not that of its tables: migrations would run on what they were not made for.
 */
function assertVersion(file: string, migrations: readonly Migration[]): void {
  const db = new Database(file, { readonly: true });
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > migrations.length) throw new ParleyError('history-from-future');
    if (version === migrations.length) return;
    const schema = schemaOf(db);
    const real = schema.length === 0 ? 0 : versionOfSchema(schema, migrations.length, made(migrations));
    if ((real ?? version) !== version || (version === 0 && real === null)) throw new ParleyError('history-damaged');
  } finally {
    db.close();
  }
}

/** An empty history of a version, in memory. */
const made =
  (migrations: readonly Migration[]) =>
  (version: number): WritableDb => {
    const db = new Database(':memory:');
    raise(db, migrations.slice(0, version));
    return db;
  };

function openChecked(
  file: string,
  migrations: readonly Migration[],
  { suspect = false, checkedAtOnceMax = CHECKED_AT_ONCE_MAX, migrated }: OpenOptions,
): Omit<OpenedHistory, 'recovered'> {
  const isNew = !existsSync(file);
  const unclean = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
  if (isNew) makeFile(file);
  else assertVersion(file, migrations);
  removeParts(file);
  const checked = isNew || suspect || statSync(file).size <= checkedAtOnceMax;
  const look = (db: WritableDb) => (checked ? checkWhole(db, suspect) : lookAtPlaces(db));
  let db = connect(file);
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    // A file that was made but never written to is a new one as well.
    if (version === 0) db.transaction(() => raise(db, migrations))();
    else look(db);
    if (version > 0 && version < migrations.length) {
      migrated?.(0, 0);
      const backup = backUpBeforeMigration(db, file, version);
      db.close();
      replaceMigrated(file, backup, migrations, migrated);
      db = connect(file);
      look(db);
    }
    return { db, checked, unclean };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Brings a copy of the file to the newest version and puts it in the file's place: killed at any point, the next start finds the
 * one or the other whole. The copy is written without gaps, so what the old shape took is given back.
 */
function replaceMigrated(
  file: string,
  backup: string,
  migrations: readonly Migration[],
  progress: MigrationProgress | undefined,
): void {
  const [part, packed] = [partOf(file, 'migrated'), partOf(file, 'packed')];
  try {
    removeDatabase(part);
    copyFileSync(backup, part);
    const db = new Database(part);
    try {
      // Nothing of it counts before it took its place, and then it is written to the disk as a whole.
      db.pragma('journal_mode = OFF');
      db.pragma('synchronous = OFF');
      db.pragma('temp_store = MEMORY');
      db.pragma(`cache_size = -${MIGRATION_CACHE_KIB}`);
      db.pragma('trusted_schema = OFF');
      db.pragma('foreign_keys = ON');
      raise(db, migrations, progress);
      removeDatabase(packed);
      makeFile(packed);
      db.prepare('VACUUM INTO ?').run(packed);
    } finally {
      db.close();
    }
    removeDatabase(part);
    replaceDatabase(packed, file);
  } catch (thrown) {
    // A full disk gets its room back at once.
    for (const each of [part, packed]) removeDatabase(each);
    throw thrown;
  }
}

function connect(file: string): WritableDb {
  const db = new Database(file);
  try {
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    db.pragma('busy_timeout = 5000');
    db.pragma('trusted_schema = OFF');
    db.pragma('foreign_keys = ON');
    if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') throw new ParleyError('disk-read-only');
    // Compiled in as NORMAL for WAL, so it has to be said on each open, and looked at.
    db.pragma('synchronous = FULL');
    if (process.platform === 'darwin') db.pragma('fullfsync = ON');
    // Deleted texts are overwritten, not only let go, and none is sorted in a file elsewhere.
    db.pragma('secure_delete = ON');
    db.pragma('temp_store = MEMORY');
    assertPragmas(db);
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
    temp_store: 2,
    journal_mode: 'wal',
    ...(process.platform === 'darwin' ? { fullfsync: 1 } : {}),
  };
  for (const [name, value] of Object.entries(expected)) {
    if (db.pragma(name, { simple: true }) !== value) throw new Error(`PRAGMA ${name} is not ${value}`);
  }
}

/** Brings a database from its version to that of the last of these migrations. */
function raise(db: WritableDb, migrations: readonly Migration[], progress?: MigrationProgress): void {
  for (let next = Number(db.pragma('user_version', { simple: true })); next < migrations.length; next++) {
    db.transaction(() => {
      migrations[next]?.(db, progress);
      db.pragma(`user_version = ${next + 1}`);
    })();
  }
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
