import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RowPlace, rowsSeen, type Sight } from './rows-seen.ts';

/** Rows one after the other, with these heights. */
function rowsOf(heights: readonly number[]): RowPlace[] {
  let end = 0;
  return heights.map((height, index) => {
    const start = end;
    end += height;
    return { index, start, end };
  });
}
const sight = (more: Partial<Sight>): Sight => ({
  rows: rowsOf([100, 100, 100, 100, 100]),
  topPx: 100,
  heightPx: 200,
  hasFocus: true,
  isMoving: false,
  ...more,
});

describe('the rows that the person can have read', () => {
  it.each<[string, Partial<Sight>, [number, number] | null]>([
    ['those that are whole on the screen', {}, [1, 2]],
    ['also where their beginning is above it', { topPx: 150 }, [1, 2]],
    ['not those whose end is below it', { topPx: 50 }, [0, 1]],
    ['all where all fit', { topPx: 0, heightPx: 500 }, [0, 4]],
    ['those that end at the lower edge, whatever was rounded', { heightPx: 199 }, [1, 2]],
    ['none while the window has no focus', { hasFocus: false }, null],
    ['none while the list goes somewhere', { isMoving: true }, null],
    ['none of an empty list', { rows: [] }, null],
    ['none of a list without height', { heightPx: 0 }, null],
    ['none while one long row fills the screen', { rows: rowsOf([2_000]), topPx: 100 }, null],
    ['the long row when its end is reached', { rows: rowsOf([2_000]), topPx: 1_800 }, [0, 0]],
    [
      'not a row far away that is kept for its focus',
      { rows: [...rowsOf([100, 100]), { index: 90, start: 9_000, end: 9_100 }], topPx: 0 },
      [0, 1],
    ],
  ])('are %s', (_, more, expected) => {
    const seen = rowsSeen(sight(more));
    expect(seen && [seen.first, seen.last]).toEqual(expected);
  });

  it('never hold a row whose end was not on the screen, and leave out none whose end was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 1_200 }),
        (heights, topPx, heightPx) => {
          const rows = rowsOf(heights);
          const seen = rowsSeen(sight({ rows, topPx, heightPx }));
          for (const { index, end } of rows) {
            const isSeen = seen !== null && index >= seen.first && index <= seen.last;
            if (end <= topPx || end > topPx + heightPx + 2) expect(isSeen).toBe(false);
            if (end > topPx && end <= topPx + heightPx) expect(isSeen).toBe(true);
          }
        },
      ),
    );
  });
});
