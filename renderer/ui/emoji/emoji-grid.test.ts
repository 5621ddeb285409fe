import { describe, expect, it } from 'vitest';
import type { EmojiEntry } from './emoji-data.ts';
import { type GridStep, layOut, rowOf, stepFrom } from './emoji-grid.ts';

const entries = (count: number): EmojiEntry[] =>
  Array.from({ length: count }, (_, at) => ({ emoji: `${at}`, name: `${at}`, codes: [], tones: [], words: '' }));
const grid = layOut(
  [
    { name: 'a', entries: entries(5) },
    { name: 'none', entries: [] },
    { name: 'b', entries: entries(4) },
  ],
  3,
);
const path = (from: number, ...steps: GridStep[]) => steps.reduce((cell, step) => stepFrom(grid, cell, step), from);

describe('the rows of the picker', () => {
  it('hold each section under its name, and leave empty ones out', () => {
    expect(grid.rows.map((row) => (row.kind === 'title' ? row.name : row.entries.length))).toEqual([
      'a',
      3,
      2,
      'b',
      3,
      1,
    ]);
    expect([grid.cells.length, grid.titles, rowOf(grid, 5)]).toEqual([9, [0, 3], 4]);
  });

  it.each<[from: number, steps: GridStep[], to: number]>([
    [0, ['right', 'right', 'right'], 3],
    [0, ['left'], 0],
    [8, ['right'], 8],
    [2, ['down'], 4],
    [4, ['down'], 6],
    [7, ['down'], 8],
    [8, ['down'], 8],
    [6, ['up'], 4],
    [1, ['up'], 1],
    [1, ['sectionAfter'], 5],
    [6, ['sectionBefore'], 0],
    [6, ['sectionAfter'], 8],
    [3, ['last', 'first'], 0],
  ])('lead from cell %i by %j to %i', (from, steps, to) => {
    expect(path(from, ...steps)).toBe(to);
  });
});
