import type { EmojiEntry } from './emoji-data.ts';

export type GridSection = { name: string; entries: readonly EmojiEntry[] };
/** A row of the picker. `from` is the number of its first cell among all. */
export type GridRow = { kind: 'title'; name: string } | { kind: 'cells'; from: number; entries: readonly EmojiEntry[] };
export type EmojiGrid = {
  rows: readonly GridRow[];
  cells: readonly EmojiEntry[];
  /** The row of each section's title. */
  titles: readonly number[];
};

/** Lays sections out in rows of so many columns. A section without a name has no title; an empty one is left out. */
export function layOut(sections: readonly GridSection[], columns: number): EmojiGrid {
  const rows: GridRow[] = [];
  const cells: EmojiEntry[] = [];
  const titles: number[] = [];
  for (const { name, entries } of sections) {
    if (entries.length === 0) continue;
    titles.push(rows.length);
    if (name !== '') rows.push({ kind: 'title', name });
    for (let at = 0; at < entries.length; at += columns) {
      const part = entries.slice(at, at + columns);
      rows.push({ kind: 'cells', from: cells.length, entries: part });
      cells.push(...part);
    }
  }
  return { rows, cells, titles };
}

/** The row of a cell; -1 where there is none. */
export const rowOf = ({ rows }: EmojiGrid, cell: number): number =>
  rows.findIndex((row) => row.kind === 'cells' && cell >= row.from && cell < row.from + row.entries.length);

export type GridStep = 'left' | 'right' | 'up' | 'down' | 'first' | 'last' | 'sectionBefore' | 'sectionAfter';

/** Where a key leads from a cell. It stays at the edges, and goes to the nearest column of a shorter row. */
export function stepFrom(grid: EmojiGrid, cell: number, step: GridStep): number {
  const last = Math.max(0, grid.cells.length - 1);
  switch (step) {
    case 'left':
      return Math.max(0, cell - 1);
    case 'right':
      return Math.min(last, cell + 1);
    case 'first':
      return 0;
    case 'last':
      return last;
    case 'up':
    case 'down':
      return inRow(grid, cell, step === 'up' ? -1 : 1);
    case 'sectionBefore':
    case 'sectionAfter': {
      const row = rowOf(grid, cell);
      const starts = grid.titles.map((title) => firstCellFrom(grid, title));
      const own = grid.titles.findLastIndex((title) => title <= row);
      return starts[Math.max(0, own + (step === 'sectionAfter' ? 1 : -1))] ?? (step === 'sectionAfter' ? last : 0);
    }
  }
}

/** The first cell at or below a row. */
export function firstCellFrom({ rows }: EmojiGrid, row: number): number {
  const next = rows.slice(row).find((each) => each.kind === 'cells');
  return next?.kind === 'cells' ? next.from : 0;
}

function inRow(grid: EmojiGrid, cell: number, by: 1 | -1): number {
  const at = rowOf(grid, cell);
  const row = grid.rows[at];
  if (row?.kind !== 'cells') return cell;
  for (let next = at + by; grid.rows[next] !== undefined; next += by) {
    const other = grid.rows[next];
    if (other?.kind === 'cells') return other.from + Math.min(cell - row.from, other.entries.length - 1);
  }
  return cell;
}
