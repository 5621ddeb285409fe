import type { PageFile } from './page-file.ts';
import { childOf, PAGE, readCell, readTreePage, type StoredRow, type TreePage } from './records.ts';
import { fits, type Shape } from './shapes.ts';

export type FoundRow = { shape: Shape; row: StoredRow };
/** The tables of which not everything could be read, or not where it should be. */
export type Damage = { tables: ReadonlySet<string>; schema: boolean };

/**
 * Every row that can be read from a damaged file: along the tree of each table, then from leaves that no tree leads to, and
 * last from pages whose head is gone. `take` gets each; some come twice.
 * `isGenuine` decides on rows of pages without a head, which a text could imitate; null where it cannot be told.
 */
export function readRows(
  file: PageFile,
  shapes: readonly Shape[],
  isGenuine: (found: FoundRow) => boolean | null,
  take: (found: FoundRow) => void,
): Damage {
  const seen = new Set<number>();
  const overflow = new Set<number>();
  const tables = new Set<string>();
  // The pages behind a row are noted, so that their text is never taken for pages of a tree.
  const noting: PageFile = {
    ...file,
    page(number) {
      overflow.add(number);
      return file.page(number);
    },
  };
  const byLook = (row: StoredRow): Shape | undefined => {
    const fitting = shapes.filter((shape) => shape.hasRowid && fits(shape, row));
    return fitting.length === 1 ? fitting[0] : undefined;
  };
  const takeByLook = (row: StoredRow | null): boolean => {
    const shape = row ? byLook(row) : undefined;
    if (!row || !shape) return false;
    tables.add(shape.table);
    take({ shape, row });
    return true;
  };

  /** The cells of a page whose head is gone, found by trying each place. */
  const takeLoose = (bytes: Buffer, only: Shape | undefined) => {
    const page: TreePage = { kind: PAGE.leafTable, bytes, cells: [], right: null, whole: false };
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === 0) continue;
      const row = readCell(file, page, at);
      const shape = row ? byLook(row) : undefined;
      if (!row || !shape || (only && shape !== only)) continue;
      // A page that no tree leads to may be anything, so there a row has to prove itself.
      if (!(isGenuine({ shape, row }) ?? only !== undefined)) continue;
      tables.add(shape.table);
      take({ shape, row });
    }
  };

  /** Walks a tree; false where anything of it could not be read. */
  const walk = (root: number, shape: Shape | undefined, visit: (row: StoredRow) => boolean): boolean => {
    let whole = true;
    const waiting = [root];
    for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
      const bytes = seen.has(number) ? null : file.page(number);
      if (!bytes) {
        whole = false;
        continue;
      }
      seen.add(number);
      const page = readTreePage(bytes, number);
      const ofTable = page?.kind === PAGE.leafTable || page?.kind === PAGE.interiorTable;
      if (!page || (shape && ofTable !== shape.hasRowid)) {
        whole = false;
        if (shape?.hasRowid) takeLoose(bytes, shape);
        // It may be another table's.
        if (page || !shape?.hasRowid) seen.delete(number);
        continue;
      }
      whole &&= page.whole;
      for (const cell of page.cells) {
        if (page.right !== null) waiting.push(childOf(page, cell) ?? 0);
        if (page.kind === PAGE.interiorTable || (!shape && page.kind !== PAGE.leafTable)) continue;
        const row = readCell(noting, page, cell);
        if (!row || !visit(row)) whole = false;
      }
      if (page.right !== null) waiting.push(page.right);
    }
    return whole;
  };

  const schema = readRoots(walk);
  for (const shape of shapes) {
    const root = schema.roots.get(shape.table);
    const whole =
      root !== undefined &&
      walk(root, shape, (row) => {
        if (fits(shape, row)) take({ shape, row });
        else takeByLook(row);
        return fits(shape, row);
      });
    if (!whole) tables.add(shape.table);
  }
  for (const [name, root] of schema.roots) {
    if (!shapes.some(({ table }) => table === name)) walk(root, undefined, (row) => !takeByLook(row));
  }
  for (let number = 1; number <= file.pageCount; number++) {
    const bytes = seen.has(number) || overflow.has(number) ? null : file.page(number);
    if (!bytes || isEmpty(bytes)) continue;
    const page = readTreePage(bytes, number);
    if (page?.kind === PAGE.leafTable) for (const cell of page.cells) takeByLook(readCell(noting, page, cell));
    else if (!page) takeLoose(bytes, undefined);
  }
  return { tables: schema.whole ? tables : new Set(shapes.map(({ table }) => table)), schema: !schema.whole };
}

/** The rows of a tree as far as they can be read. */
export function* rowsOfTree(file: PageFile, root: number): Generator<StoredRow, void> {
  const seen = new Set<number>();
  const waiting = [root];
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const bytes = seen.has(number) ? null : file.page(number);
    const page = bytes && readTreePage(bytes, number);
    seen.add(number);
    if (!page) continue;
    for (const cell of page.cells) {
      if (page.right !== null) waiting.push(childOf(page, cell) ?? 0);
      const row = page.kind === PAGE.interiorTable ? null : readCell(file, page, cell);
      if (row) yield row;
    }
    if (page.right !== null) waiting.push(page.right);
  }
}

/** The statements of a file's schema, as far as they can be read. */
export const readSchema = (file: PageFile): string[] =>
  [...rowsOfTree(file, 1)].flatMap(({ values: [, , , , sql] }) => (typeof sql === 'string' ? [sql] : []));

/** Where the tree of each table and index begins, as far as that can be read. */
export const rootsIn = (file: PageFile): Map<string, number> =>
  new Map(
    [...rowsOfTree(file, 1)].flatMap(({ values: [, name, , root] }) =>
      typeof name === 'string' && typeof root === 'number' && root > 1 ? [[name, root] as const] : [],
    ),
  );

/** Where the tree of each table and index begins. */
function readRoots(walk: (root: number, shape: undefined, visit: (row: StoredRow) => boolean) => boolean) {
  const roots = new Map<string, number>();
  const whole = walk(1, undefined, ({ values: [, name, , root] }) => {
    if (typeof name !== 'string' || typeof root !== 'number') return false;
    if (root > 1) roots.set(name, root);
    return true;
  });
  return { roots, whole: whole && roots.size > 0 };
}

const isEmpty = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
