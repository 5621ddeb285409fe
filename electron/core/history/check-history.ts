import { ParleyError } from '@parley/shared/protocol';
import { createQueries, type WritableDb } from './database.ts';
import { type Shape, shapesOf } from './salvage/shapes.ts';
import { hasTodaysTables } from './schema-version.ts';
import { createSearchIndex, type Indexed } from './search-index.ts';
import { sql } from './statements.ts';

// What is looked at, and when: docs/adr/0016-what-is-read-of-a-damaged-history.md. Everything throws `history-damaged`, or what SQLite throws for it.

/** A file of at most so many bytes is checked from end to end before it is used; a longer one at some places, and wholly later. */
export const CHECKED_AT_ONCE_MAX = 32 * 1024 * 1024;
/** How many messages a first look at a long file reads. */
const PROBES = 64;
/** How long a step of the check that runs beside the work may take. */
const STEP_MS = 5;
/** One message in so many is looked for by its words; all others by their number. */
const SEARCHED_EVERY = 8;

const EVERY_NUMBER = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

const damaged = () => new ParleyError('history-damaged');

/** Reads the whole file; `deep` also compares each index with its table. */
export function checkWhole(db: WritableDb, deep: boolean): void {
  if (db.pragma(`${deep ? 'integrity' : 'quick'}_check(1)`, { simple: true }) !== 'ok') throw damaged();
  assertIndexed(db);
}

/** The tables themselves, without the search index. */
export function checkTables(db: WritableDb): void {
  for (const { table } of shapesOf(db)) {
    if (db.pragma(`integrity_check(${quoted(table)})`, { simple: true }) !== 'ok') throw damaged();
  }
}

/** The search index of a history; null for a file of an earlier version, whose messages lie otherwise. */
const searchIndexOf = (db: WritableDb) => (hasTodaysTables(db) ? createSearchIndex(createQueries(db)) : null);

/** Each message stands in the search index, and nothing else. */
function assertIndexed(db: WritableDb): void {
  const searchIndex = searchIndexOf(db);
  if (!searchIndex) return;
  const messages = Number(db.prepare('SELECT count(*) FROM messages').pluck().get());
  if (indexedCount(db) !== messages || searchIndex.count(...EVERY_NUMBER) !== messages) throw damaged();
  const every = Math.max(1, Math.floor(messages / PROBES));
  const probes = createQueries(db).all<Indexed>(sql.indexedBetween, ...EVERY_NUMBER, every);
  if (!probes.every((message) => searchIndex.finds(message))) throw damaged();
}

/**
 * A first look that takes the same time for any length: the edges of each table and index, and messages here and there
 * with everything that leads to them.
 */
export function lookAtPlaces(db: WritableDb): void {
  for (const name of tablesOf(db)) {
    const first = db.prepare(`SELECT * FROM ${quoted(name)} LIMIT 1`);
    first.raw().get();
  }
  for (const shape of shapesOf(db)) {
    const order = orderOf(shape);
    for (const way of ['', ' DESC']) {
      db.prepare(
        `SELECT * FROM ${quoted(shape.table)} ORDER BY ${order.map((name) => name + way).join(', ')} LIMIT 1`,
      ).get();
    }
  }
  const [lowest, highest] = db
    .prepare<[], [number | null, number | null]>(
      'SELECT (SELECT min(number) FROM messages), (SELECT max(number) FROM messages)',
    )
    .raw()
    .get() ?? [null, null];
  if (lowest === null || highest === null) return;
  const look = createRowCheck(db);
  for (let probe = 0; probe < PROBES; probe++) {
    const from = lowest + Math.floor(((highest - lowest) * probe) / PROBES);
    look(from, from, true);
  }
  look(highest, highest, true);
  // Both are kept with each message, so that they differ only where something is lacking.
  const counted = Number(db.prepare('SELECT total(entry_count) FROM rooms').pluck().get());
  if (searchIndexOf(db) && indexedCount(db) !== counted) assertIndexed(db);
}

/** How many messages the search index says that it holds. */
function indexedCount(db: WritableDb): number | null {
  const averages = db.prepare('SELECT block FROM message_words_data WHERE id = 1').pluck().get();
  if (!Buffer.isBuffer(averages)) return null;
  // Nothing is written there before the first message.
  if (averages.length === 0) return 0;
  let count = 0;
  for (const byte of averages) {
    count = count * 128 + (byte & 0x7f);
    if (byte < 0x80) return count;
  }
  return null;
}

/**
 * The whole check in steps of a few milliseconds, for a file that is in use. Each `next` is a step; it ends when everything was
 * read. Rows that change meanwhile are fine.
 */
export function* checkInSteps(db: WritableDb, now: () => number = () => performance.now()): Generator<void, void> {
  let size = 64;
  const measured = (work: () => void) => {
    const startedAt = now();
    work();
    const took = now() - startedAt;
    if (took > STEP_MS) size = Math.max(8, Math.floor(size / 2));
    else if (took < STEP_MS / 3) size = Math.min(4096, size * 2);
  };
  const shapes = shapesOf(db);
  const withoutRowid = shapes.filter(({ hasRowid }) => !hasRowid);
  const rowCheck = createRowCheck(db);
  for (const name of tablesOf(db)) {
    if (withoutRowid.some(({ table }) => table === name)) continue;
    const end = db
      .prepare<[number, number], number | null>(
        `SELECT max(rowid) FROM (SELECT rowid FROM ${quoted(name)} WHERE rowid > ? ORDER BY rowid LIMIT ?)`,
      )
      .pluck();
    const rows = db
      .prepare<[number, number], unknown>(`SELECT * FROM ${quoted(name)} WHERE rowid > ? AND rowid <= ?`)
      .raw();
    let from = -(2 ** 53);
    let more = true;
    while (more) {
      measured(() => {
        const to = end.get(from, size) ?? null;
        more = to !== null;
        if (to === null) return;
        let read = 0;
        for (const _ of rows.iterate(from, to)) read++;
        if (read === 0) throw damaged();
        if (name === 'messages') rowCheck(from + 1, to, false);
        from = to;
      });
      yield;
    }
  }
  for (const shape of withoutRowid) {
    const order = orderOf(shape);
    const keys = order.join(', ');
    const page = (where: string) =>
      db.prepare<unknown[], Record<string, unknown>>(
        `SELECT * FROM ${quoted(shape.table)} ${where} ORDER BY ${keys} LIMIT ?`,
      );
    const after = page(`WHERE (${keys}) > (${order.map(() => '?').join(', ')})`);
    let lastKey: readonly unknown[] = [];
    let more = true;
    while (more) {
      const from = lastKey;
      measured(() => {
        const found = from.length === 0 ? page('').all(size) : after.all(...from, size);
        const row = found.at(-1);
        more = row !== undefined;
        if (row) lastKey = shape.columns.slice(0, order.length).map(({ name }) => row[name]);
      });
      yield;
    }
  }
}

/** Follows every way to the messages of a range of numbers: each index of the table, and the search index. */
function createRowCheck(db: WritableDb): (from: number, to: number, searchAll: boolean) => void {
  const indexes = db
    .prepare<[], { name: string; sql: string | null }>(
      "SELECT i.name, s.sql FROM pragma_index_list('messages') i JOIN sqlite_schema s ON s.name = i.name",
    )
    .all()
    .map(({ name, sql }) => {
      // The rows that an index is about; within each query its columns are those of the innermost table.
      const part = sql?.split(/\sWHERE\s/)[1] ?? '1';
      const same = db
        .prepare<[string], string>('SELECT name FROM pragma_index_info(?)')
        .pluck()
        .all(name)
        .map((column) => `b.${quoted(column)} IS a.${quoted(column)}`);
      return db.prepare<[number, number]>(
        `SELECT 1 FROM messages a WHERE a.number BETWEEN ? AND ? AND (${part}) AND NOT EXISTS (
           SELECT 1 FROM messages b INDEXED BY ${quoted(name)}
           WHERE ${same.join(' AND ')} AND b.number = a.number AND (${part})) LIMIT 1`,
      );
    });
  const queries = createQueries(db);
  const searchIndex = searchIndexOf(db);
  const messagesIn = db.prepare<[number, number], number>('SELECT count(*) FROM messages WHERE number BETWEEN ? AND ?');
  return (from, to, searchAll) => {
    for (const index of indexes) if (index.get(from, to) !== undefined) throw damaged();
    if (!searchIndex) return;
    if (searchIndex.count(from, to) !== messagesIn.pluck().get(from, to)) throw damaged();
    const messages = queries.all<Indexed>(sql.indexedBetween, from, to, searchAll ? 1 : SEARCHED_EVERY);
    if (!messages.every((message) => searchIndex.finds(message))) throw damaged();
  };
}

const tablesOf = (db: WritableDb): string[] =>
  db
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') AND wr = 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .pluck()
    .all();

/** The columns by which a table lies in order. */
function orderOf({ columns, hasRowid }: Shape): string[] {
  if (hasRowid) return ['rowid'];
  const keys = columns.filter(({ isKey }) => isKey);
  return keys.map(({ name }) => quoted(name));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
