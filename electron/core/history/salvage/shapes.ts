import type { WritableDb } from '../database.ts';
import type { StoredRow, Value } from './records.ts';

type Column = { name: string; type: string; required: boolean; hasDefault: boolean; isKey: boolean };

/** How the rows of a table lie on the disk. */
export type Shape = {
  table: string;
  /** The columns in their order within a record. Computed ones that are not stored are not among them. */
  columns: readonly Column[];
  /** Whether a value may be written: not where SQLite computes it. */
  written: readonly boolean[];
  /** The place of the column that is the rowid; -1 where there is none. */
  rowidAt: number;
  hasRowid: boolean;
};

type ColumnInfo = {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
};
const VIRTUAL_COLUMN = 2;
const STORED_COLUMN = 3;

/** The shapes of the tables that hold what nothing else can give back: not those of the search index. */
export function shapesOf(db: WritableDb): Shape[] {
  const tables = db
    .prepare<[], { name: string; type: string; wr: number }>(
      "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all();
  return tables
    .filter(({ name, type }) => type === 'table' && name !== 'words')
    .map(({ name, wr }) => {
      const all = db
        .prepare<[string], ColumnInfo>(
          'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)',
        )
        .all(name)
        .filter(({ hidden }) => hidden !== VIRTUAL_COLUMN);
      const keys = all.filter(({ pk }) => pk > 0).toSorted((left, right) => left.pk - right.pk);
      const [key] = keys;
      const ordered = wr === 1 ? [...keys, ...all.filter(({ pk }) => pk === 0)] : all;
      const isRowid = wr === 0 && keys.length === 1 && key?.type.toUpperCase() === 'INTEGER';
      return {
        table: name,
        columns: ordered.map((column) => ({
          name: column.name,
          type: column.type.toUpperCase(),
          required: column.notnull === 1 || (wr === 1 && column.pk > 0),
          hasDefault: column.dflt_value !== null,
          isKey: column.pk > 0,
        })),
        written: ordered.map(({ hidden }) => hidden !== STORED_COLUMN),
        rowidAt: isRowid && key ? ordered.indexOf(key) : -1,
        hasRowid: wr === 0,
      };
    });
}

/** Whether a row may be one of this table: its columns in number and kind. A table grows at its end, so a row may have fewer. */
export function fits({ columns, rowidAt, hasRowid }: Shape, { rowid, values }: StoredRow): boolean {
  if ((rowid !== null) !== hasRowid || values.length > columns.length) return false;
  return columns.every((column, index) => {
    if (index === rowidAt) return values[index] === null;
    if (index >= values.length) return column.hasDefault || !column.required;
    const value = values[index] ?? null;
    return value === null ? !column.required : isOfType(value, column.type);
  });
}

export function isOfType(value: Exclude<Value, null>, type: string): boolean {
  switch (type) {
    case 'TEXT':
      return typeof value === 'string';
    case 'BLOB':
      return Buffer.isBuffer(value);
    case 'INT':
    case 'INTEGER':
      return typeof value === 'bigint' || Number.isInteger(value);
    case 'REAL':
      return typeof value === 'number';
    default:
      return true;
  }
}
