import type { Statement, WritableDb } from '../database.ts';
import type { FoundRow } from './read-rows.ts';
import { type Shape, shapesOf } from './shapes.ts';

/** Writes found rows into `target`. Rows that are there already stay; counts those that were new. */
export function createRowWriter(target: WritableDb) {
  const statements = new Map<string, Statement>();
  let written = 0;
  const statementFor = (shape: Shape, count: number): Statement => {
    const key = `${shape.table} ${count}`;
    const known = statements.get(key);
    if (known) return known;
    const names = shape.columns.slice(0, count).flatMap(({ name }, at) => (shape.written[at] ? [quoted(name)] : []));
    const statement = target.prepare<unknown[], unknown>(
      `INSERT OR IGNORE INTO ${quoted(shape.table)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    statements.set(key, statement);
    return statement;
  };
  return {
    get written() {
      return written;
    },
    /** False where the table refuses the row. */
    write({ shape, row }: FoundRow): boolean {
      const values = row.values
        .map((value, at) => (at === shape.rowidAt ? row.rowid : value))
        .filter((_, at) => shape.written[at]);
      try {
        written += statementFor(shape, row.values.length).run(...values).changes;
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'))
          return false;
        throw error;
      }
    },
  };
}

/**
 * Adds the rows of `backup` that are missing in `target`, which is of the same version, to the tables named. A row that
 * stands under another number there keeps it, and what refers to it follows.
 */
export function mergeRows(target: WritableDb, backup: WritableDb, tables: ReadonlySet<string>): number {
  let added = 0;
  const renumbered = new Map<string, Map<unknown, unknown>>();
  const shapes = parentsFirst(target, shapesOf(target));
  // A table that is whole gets no rows; its numbers may still differ.
  const isNeeded = (table: string): boolean =>
    tables.has(table) || shapes.some((shape) => refersTo(target, shape.table, table) && isNeeded(shape.table));
  for (const shape of shapes) {
    if (!isNeeded(shape.table)) continue;
    const adds = tables.has(shape.table);
    const table = quoted(shape.table);
    const names = shape.columns.filter((_, at) => shape.written[at]).map(({ name }) => name);
    const insert = target.prepare<unknown[], unknown>(
      `INSERT OR IGNORE INTO ${table} (${names.map(quoted).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    const number = shape.columns[shape.rowidAt]?.name;
    const key = keyOf(target, shape.table);
    const sameKey =
      number !== undefined && key.length > 0
        ? target
            .prepare<unknown[], unknown>(
              `SELECT rowid FROM ${table} WHERE ${key.map((name) => `${quoted(name)} = ?`).join(' AND ')}`,
            )
            .pluck()
        : undefined;
    const sameNumber = target.prepare<unknown[], unknown>(
      shape.hasRowid ? `SELECT 1 FROM ${table} WHERE rowid = ?` : 'SELECT 1 WHERE ? IS NULL',
    );
    const parents = parentsOf(target, shape.table).flatMap(({ from, table: parent }) => {
      const numbers = renumbered.get(parent);
      return numbers ? [{ from, numbers }] : [];
    });
    const moved = new Map<unknown, unknown>();
    renumbered.set(shape.table, moved);
    const rows = backup.prepare<[], Record<string, unknown>>(`SELECT ${names.map(quoted).join(', ')} FROM ${table}`);
    for (const row of rows.iterate()) {
      for (const { from, numbers } of parents) if (numbers.has(row[from])) row[from] = numbers.get(row[from]);
      const before = number === undefined ? undefined : row[number];
      const known = sameKey?.get(...key.map((name) => row[name]));
      if (known !== undefined && known !== null) {
        if (known !== before) moved.set(before, known);
        continue;
      }
      if (!adds) {
        moved.set(before, null);
        continue;
      }
      const isTaken = number !== undefined && sameNumber.get(before) !== undefined;
      if (number !== undefined && isTaken) row[number] = null;
      const { changes, lastInsertRowid } = insert.run(...names.map((name) => row[name]));
      added += changes;
      if (isTaken) moved.set(before, changes > 0 ? Number(lastInsertRowid) : null);
    }
  }
  return added;
}

/** Gives messages whose room is lost a room without a key, and removes what belongs to nothing any more. */
export function mendReferences(db: WritableDb): void {
  const shapes = shapesOf(db);
  for (const shape of parentsFirst(db, shapes)) {
    if (shape.table === 'messages' && hasTable(db, 'names')) keepNameless(db);
    for (const { from, table, to } of parentsOf(db, shape.table)) {
      const parent = shapes.find((candidate) => candidate.table === table);
      if (!parent) continue;
      const orphaned = `${quoted(from)} NOT IN (SELECT ${quoted(to)} FROM ${quoted(table)})`;
      if (shape.table === 'messages' && table === 'rooms') {
        const needed = parent.columns.filter(
          ({ name, required, hasDefault }) => required && !hasDefault && name !== to,
        );
        const empty = needed.map(({ type }) => (type === 'BLOB' ? "x''" : type === 'TEXT' ? "''" : '0'));
        db.exec(`INSERT INTO rooms (${[to, ...needed.map(({ name }) => name)].map(quoted).join(', ')})
                 SELECT DISTINCT ${[quoted(from), ...empty].join(', ')} FROM messages WHERE ${orphaned}`);
      }
      db.exec(`DELETE FROM ${quoted(shape.table)} WHERE ${quoted(from)} IS NOT NULL AND ${orphaned}`);
    }
  }
}

/**
 * Without its author's name, or the author that it answers, an entry is not what was signed: it stays as a text that is in no
 * log, until it comes again.
 */
function keepNameless(db: WritableDb): void {
  const unsigned = "seq = 0, sig = x'', digest = NULL";
  db.exec(`
    UPDATE messages SET ${unsigned}, name = 0
      WHERE name NOT IN (SELECT number FROM names) AND author IN (SELECT number FROM authors);
    INSERT OR IGNORE INTO names (author, name)
      SELECT a.number, coalesce((SELECT p.name FROM pins p WHERE p.device_id = a.device), 'Unknown')
      FROM authors a WHERE a.number IN (SELECT author FROM messages WHERE name = 0);
    UPDATE messages SET name = (SELECT max(n.number) FROM names n WHERE n.author = messages.author) WHERE name = 0;
    UPDATE messages SET ${unsigned}, of_author = NULL, of_id = NULL
      WHERE of_author NOT IN (SELECT number FROM authors) AND kind = 0;
  `);
}

type Reference = { from: string; table: string; to: string };

const hasTable = (db: WritableDb, name: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;

/** References that no constraint of the schema names: SQLite would look for rows that refer without an index. */
const UNDECLARED: Readonly<Record<string, readonly Reference[]>> = {
  messages: [
    { from: 'name', table: 'names', to: 'number' },
    { from: 'of_author', table: 'authors', to: 'number' },
  ],
  deliveries: [{ from: 'device', table: 'authors', to: 'number' }],
};

function parentsOf(db: WritableDb, table: string): Reference[] {
  const declared = db
    .prepare<[string], Reference>('SELECT "from", "table", "to" FROM pragma_foreign_key_list(?)')
    .all(table);
  return [...declared, ...(UNDECLARED[table] ?? []).filter((each) => hasTable(db, each.table))];
}

const refersTo = (db: WritableDb, table: string, parent: string): boolean =>
  table !== parent && parentsOf(db, table).some((each) => each.table === parent);

/** The columns that the schema makes unique, beside the table's number. */
const keyOf = (db: WritableDb, table: string): string[] => {
  const index = db
    .prepare<[string], { name: string }>(
      `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin <> 'pk' LIMIT 1`,
    )
    .get(table);
  if (!index) return [];
  return db
    .prepare<[string], { name: string }>('SELECT name FROM pragma_index_info(?) ORDER BY seqno')
    .all(index.name)
    .map(({ name }) => name);
};

/** The tables in an order in which none comes before one that it refers to. */
export function parentsFirst(db: WritableDb, shapes: readonly Shape[]): Shape[] {
  const ordered: Shape[] = [];
  const add = (shape: Shape) => {
    if (ordered.includes(shape)) return;
    for (const { table } of parentsOf(db, shape.table)) {
      const parent = shapes.find((candidate) => candidate.table === table);
      if (parent && parent !== shape) add(parent);
    }
    ordered.push(shape);
  };
  for (const shape of shapes) add(shape);
  return ordered;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
