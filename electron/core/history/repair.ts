import { copyFileSync } from 'node:fs';
import { backupsOf } from './backup.ts';
import { checkTables, checkWhole } from './check-history.ts';
import type { WritableDb } from './database.ts';
import { isDamage } from './history-errors.ts';
import { partOf, removeDatabase, replaceDatabase, setAside } from './history-files.ts';
import { recount } from './recount.ts';
import { createRowWriter, mendReferences, mergeRows, parentsFirst } from './salvage/copy-rows.ts';
import { createGenuine } from './salvage/genuine.ts';
import { addFromIndexes } from './salvage/index-copies.ts';
import { openPageFile } from './salvage/page-file.ts';
import { readRows, readSchema } from './salvage/read-rows.ts';
import { shapesOf } from './salvage/shapes.ts';
import { hasTodaysTables, versionOfSchema } from './schema-version.ts';
import { makeSearchIndex } from './search-index.ts';

/**
 * How a damaged history was brought back.
 * - `index`: only the search index was damaged; it was made anew.
 * - `copied`: what could be read stands in a new file. `complete` when that was everything; else `setAsideAs` names the damaged
 *   file, and `fromBackup` tells whether a backup had some of the rest.
 * - `backup`, `empty`: nothing could be read; the newest backup took its place, or a new history.
 */
export type Recovery =
  | { how: 'index' }
  | { how: 'copied'; complete: true; roomsWithoutKey: number }
  | { how: 'copied'; complete: false; fromBackup: boolean; roomsWithoutKey: number; setAsideAs: string }
  | { how: 'backup' | 'empty'; setAsideAs: string };

/** The parts of opening that a repair needs. */
export type Opening = {
  /** Opens a database as it is. */
  connect(file: string, options?: { readonly: boolean }): WritableDb;
  /** Opens the history at `file` with all that keeps its promises, and changes nothing in it. */
  open(file: string): WritableDb;
  /** An empty history of a version, in memory. */
  made(version: number): WritableDb;
  /** Brings a database to a version; the newest where none is given. */
  migrate(db: WritableDb, version?: number): void;
  newest: number;
};

/** Repairs the damaged history at `file`: with the first means that loses nothing, and of the others with the least loss. */
export function repair(file: string, opening: Opening, nowMs: number): Recovery {
  if (rebuildIndex(file, opening)) return { how: 'index' };
  return copyReadable(file, opening, nowMs) ?? takeBackup(file, opening, nowMs);
}

/** Makes the search index anew from the messages; false where that is not all that is damaged. */
function rebuildIndex(file: string, { open }: Opening): boolean {
  let db: WritableDb | undefined;
  try {
    db = open(file);
    checkTables(db);
    // An earlier version is copied, and brought to this one on the way.
    if (!hasTodaysTables(db)) return false;
    db.transaction(makeSearchIndex)(db);
    checkWhole(db, true);
    return true;
  } catch (thrown) {
    // A table that cannot even be named is damage as well.
    if (isDamage(thrown) || isSqlError(thrown)) return false;
    throw thrown;
  } finally {
    db?.close();
  }
}

/** Copies every row that can be read into a new file, adds what a backup has of the lost ones; null where nothing can be read. */
function copyReadable(file: string, opening: Opening, nowMs: number): Recovery | null {
  const part = partOf(file, 'copied');
  removeDatabase(part);
  const pages = openPageFile(file);
  let target: WritableDb | undefined;
  try {
    target = opening.connect(part);
    // Nothing of it counts before it took its place, and then it is written to the disk as a whole.
    target.pragma('journal_mode = MEMORY');
    target.pragma('synchronous = OFF');
    // Else what moves while it grows stays behind on its pages, and no deletion would reach it there.
    target.pragma('secure_delete = ON');
    target.pragma('foreign_keys = OFF');
    const version =
      versionOfSchema(readSchema(pages), opening.newest, opening.made) ??
      versionWithin(pages.userVersion, opening.newest);
    opening.migrate(target, version);
    // Whose a message is has to be known before it can prove itself.
    const shapes = parentsFirst(target, shapesOf(target));
    const writer = createRowWriter(target);
    const damaged = new Set<string>();
    target.exec('BEGIN');
    const damage = readRows(pages, shapes, createGenuine(target), (found) => {
      if (!writer.write(found)) damaged.add(found.shape.table);
    });
    for (const table of damage.tables) damaged.add(table);
    if (writer.written === 0) return null;
    const fromBackup = damaged.size > 0 && addFromBackup(target, file, version, damaged, opening);
    if (damaged.size > 0) addFromIndexes(target, pages);
    mendReferences(target);
    target.exec('COMMIT');
    opening.migrate(target);
    target.transaction(recount)(target);
    target.transaction(makeSearchIndex)(target);
    checkWhole(target, true);
    const roomsWithoutKey = Number(target.prepare('SELECT count(*) FROM rooms WHERE length(secret) = 0').pluck().get());
    target.close();
    if (damaged.size === 0) {
      replaceDatabase(part, file);
      return { how: 'copied', complete: true, roomsWithoutKey };
    }
    const setAsideAs = setAside(file, nowMs);
    replaceDatabase(part, file);
    return { how: 'copied', complete: false, fromBackup, roomsWithoutKey, setAsideAs };
  } catch (thrown) {
    if (isDamage(thrown) || isSqlError(thrown)) return null;
    throw thrown;
  } finally {
    pages.close();
    target?.close();
    removeDatabase(part);
  }
}

/** Adds the lost rows that the newest whole backup has; false where no backup is whole. */
function addFromBackup(
  target: WritableDb,
  file: string,
  version: number,
  tables: ReadonlySet<string>,
  opening: Opening,
): boolean {
  for (const backup of wholeBackups(file, opening)) {
    const part = partOf(file, 'backup');
    removeDatabase(part);
    try {
      copyFileSync(backup, part);
      const db = opening.connect(part);
      try {
        opening.migrate(db, version);
        mergeRows(target, db, tables);
        return true;
      } finally {
        db.close();
      }
    } catch (thrown) {
      if (!isDamage(thrown) && !isSqlError(thrown)) throw thrown;
    } finally {
      removeDatabase(part);
    }
  }
  return false;
}

/** Puts the newest backup that is whole in the place of `file`, or leaves the place free for a new history. */
function takeBackup(file: string, opening: Opening, nowMs: number): Recovery {
  const setAsideAs = setAside(file, nowMs);
  for (const backup of wholeBackups(file, opening)) {
    // A copy, so that the backup is still there if the disk fails again.
    const part = partOf(file, 'backup');
    copyFileSync(backup, part);
    replaceDatabase(part, file);
    return { how: 'backup', setAsideAs };
  }
  removeDatabase(file);
  return { how: 'empty', setAsideAs };
}

function* wholeBackups(file: string, { connect }: Opening): Generator<string, void> {
  for (const backup of backupsOf(file)) {
    let db: WritableDb | undefined;
    let whole = false;
    try {
      db = connect(backup, { readonly: true });
      whole = db.pragma('quick_check(1)', { simple: true }) === 'ok';
    } catch (thrown) {
      // Not even a database: the next one is older.
      if (!isDamage(thrown)) throw thrown;
    } finally {
      db?.close();
    }
    if (whole) yield backup;
  }
}

const versionWithin = (stored: number | null, newest: number): number =>
  stored !== null && stored > 0 && stored <= newest ? stored : newest;

/** SQLite could read a statement or a schema, but not make sense of it. */
const isSqlError = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && /^SQLITE_(ERROR|CONSTRAINT|MISMATCH)/.test(String(thrown.code));
