import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import type { WritableDb } from './database.ts';
import { migrations } from './migrations/index.ts';
import { makeOldHistory, rowsOf } from './migrations/testing/test-old-history.ts';
import { openHistory } from './open-history.ts';
import { createRowWriter, mendReferences, parentsFirst } from './salvage/copy-rows.ts';
import { openPageFile } from './salvage/page-file.ts';
import { readRows } from './salvage/read-rows.ts';
import { shapesOf } from './salvage/shapes.ts';

const PAGE = 4096;
const VALUES: Readonly<Record<string, unknown>> = { INTEGER: 1, INT: 1, TEXT: 'a word', BLOB: Buffer.from([1, 2, 3]) };

/** Puts a row into each table that has none, whatever tables a version has; every number is 1, so that all refer to the first row. */
function fillEmptyTables(db: WritableDb): void {
  for (const { table, columns, written } of parentsFirst(db, shapesOf(db))) {
    if (rowsOf(db, table).length > 0) continue;
    const filled = columns.filter((_, at) => written[at]);
    db.prepare(
      `INSERT INTO ${table} (${filled.map(({ name }) => name).join(', ')}) VALUES (${filled.map(() => '?').join(', ')})`,
    ).run(...filled.map(({ type }) => VALUES[type]));
  }
}

const tablesOf = (db: WritableDb): Record<string, unknown[]> =>
  Object.fromEntries(shapesOf(db).map(({ table }) => [table, rowsOf(db, table)]));

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

describe('copying a damaged history (P9)', () => {
  it.each(migrations.map((_, index) => index + 1))('takes along every table of version %i', (version) => {
    let before: Record<string, unknown[]> = {};
    makeOldHistory(file, version, (db) => {
      fillEmptyTables(db);
      before = tablesOf(db);
    });
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
    const target = openHistory(join(folder.path, 'copy.db'), () => 1, { migrations: migrations.slice(0, version) }).db;
    target.pragma('foreign_keys = OFF');
    const pages = openPageFile(file);
    const writer = createRowWriter(target);
    const damage = readRows(
      pages,
      parentsFirst(target, shapesOf(target)),
      () => null,
      (found) => void writer.write(found),
    );
    mendReferences(target);
    expect([...damage.tables]).toEqual([]);
    expect(tablesOf(target)).toEqual(before);
    pages.close();
    target.close();
  });
});

describe('a history that was brought back (H8, P9)', () => {
  let ben: TestStore;
  let before: Record<string, unknown[]>;
  let roots: ReadonlyMap<string, number>;
  beforeEach(() => {
    ben = openTestStore(file);
    const roomId = ben.addRoom();
    const ana = author();
    ben.store.meet(ana.deviceId, { username: 'ana', displayName: 'Ana' });
    ben.store.record(roomId, [ana.write(roomId, { text: 'From Ana' })]);
    const mine = ben.compose(roomId, 'From Ben');
    ben.store.mark(roomId, ana.deviceId, 'delivered', [mine.id]);
    // Rules of a room in which nobody wrote yet.
    ben.addRoom();
    ben.db.exec("INSERT INTO room_rules SELECT number, '', 'of room ' || number FROM rooms");
    fillEmptyTables(ben.db);
    before = tablesOf(ben.db);
    roots = new Map(
      ben.db.prepare<[], [string, number]>('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0').raw().all(),
    );
    ben.close();
  });

  function afterHarm(harm: (bytes: Buffer) => void) {
    const bytes = readFileSync(file);
    harm(bytes);
    writeFileSync(file, bytes);
    const again = openTestStore(file, { seed: ben.seed });
    const there = tablesOf(again.db);
    again.close();
    return { there, recovered: again.recovered };
  }
  const pageOf = (name: string, bytes: Buffer): Buffer => {
    const at = ((roots.get(name) ?? 0) - 1) * PAGE;
    return bytes.subarray(at, at + PAGE);
  };

  it.each(['pins_by_name', 'messages_by_author', 'sqlite_autoindex_authors_1', 'word_parts_data'])(
    'has every row of every table when %s was damaged',
    (name) => {
      const { there, recovered } = afterHarm((bytes) => void pageOf(name, bytes).fill(0));
      expect(recovered).not.toBeNull();
      // A history that was brought back remembers how far its own log went, so that no number is used twice.
      expect(there).toEqual({ ...before, own_floors: expect.arrayContaining(before.own_floors ?? []) });
    },
  );
});

describe('a history in which rows hold words that nobody wrote (P9)', () => {
  it('opens, and shows what it can still read', () => {
    const ben = openTestStore(file);
    const roomId = ben.addRoom();
    ben.compose(roomId, 'From Ben');
    fillEmptyTables(ben.db);
    ben.db.exec('UPDATE messages SET kind = 5, body = \'{"root":\'');
    ben.close();
    const again = openTestStore(file, { seed: ben.seed });
    expect(again.store.page(roomId, undefined, 10).items).toMatchObject([{ content: { kind: 'file', file: null } }]);
    again.close();
  });
});
