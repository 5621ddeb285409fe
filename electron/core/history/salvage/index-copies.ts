import type { WritableDb } from '../database.ts';
import type { PageFile } from './page-file.ts';
import { rootsIn, rowsOfTree } from './read-rows.ts';
import { isOfType, shapesOf } from './shapes.ts';

/** Tables whose rows stand in an index as well, on other pages: without them no message could be told whose it is. */
const TABLES = ['authors', 'names', 'rooms'] as const;

/** Adds the authors, names and rooms that only an index of the damaged file has. An index has a room's id, not its key. */
export function addFromIndexes(target: WritableDb, file: PageFile): void {
  const roots = rootsIn(file);
  const shapes = shapesOf(target);
  for (const table of TABLES) {
    const shape = shapes.find((each) => each.table === table);
    const index = `sqlite_autoindex_${table}_1`;
    const root = roots.get(index);
    if (!shape || root === undefined) continue;
    const indexed = target.prepare<[string], string>('SELECT name FROM pragma_index_info(?) ORDER BY seqno').pluck();
    const names = [...indexed.all(index), 'number'];
    const rest = shape.columns.filter(
      ({ name, required, hasDefault }) => required && !hasDefault && !names.includes(name),
    );
    const empty = rest.map(({ type }) => (type === 'BLOB' ? "x''" : type === 'TEXT' ? "''" : '0'));
    const add = target.prepare<Record<string, unknown>>(
      `INSERT OR IGNORE INTO ${table} (${[...names, ...rest.map(({ name }) => name)].join(', ')})
       SELECT ${[...names.map((name) => `@${name}`), ...empty].join(', ')}
       ${table === 'rooms' ? 'WHERE @number IN (SELECT room FROM authors)' : ''}`,
    );
    for (const { values } of rowsOfTree(file, root)) {
      const columns = names.map((name, at) => [name, values[at] ?? null] as const);
      const fits = columns.every(
        ([name, value]) =>
          value !== null && isOfType(value, shape.columns.find((column) => column.name === name)?.type ?? ''),
      );
      if (fits) add.run(Object.fromEntries(columns));
    }
  }
}
