import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byMinute, nearestIndex, timeAxis, withGaps } from './scale.ts';

const MINUTE_MS = 60_000;
const noon = Date.UTC(2026, 2, 14, 12);

describe('the axis of time', () => {
  it('shows at least ten minutes and at most an hour', () => {
    expect(timeAxis(noon, noon + 90_000)).toEqual({ from: noon + 90_000 - 10 * MINUTE_MS, to: noon + 90_000 });
    expect(timeAxis(noon - 90 * MINUTE_MS, noon)).toEqual({ from: noon - 60 * MINUTE_MS, to: noon });
  });
});

describe('lines', () => {
  it('break where nobody looked', () => {
    const moments = [0, 10_000, 80_000, 90_000].map((offset) => noon + offset);
    expect(
      withGaps(moments, [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    ).toEqual([
      [noon, noon + 10_000, noon + 10_001, noon + 80_000, noon + 90_000],
      [1, 2, null, 3, 4],
      [5, 6, null, 7, 8],
    ]);
    expect(withGaps([], [[]])).toEqual([[], []]);
  });
});

describe('reading a moment', () => {
  it('finds the nearest, as looking at all of them would', () => {
    expect(nearestIndex([], 3)).toBe(undefined);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 1_000 }), { minLength: 1 }),
        fc.integer({ min: -50, max: 1_050 }),
        (unsorted, at) => {
          const moments = unsorted.toSorted((a, b) => a - b);
          const found = moments[nearestIndex(moments, at) ?? -1] ?? Number.NaN;
          const nearest = Math.min(...moments.map((moment) => Math.abs(moment - at)));
          expect(Math.abs(found - at)).toBe(nearest);
        },
      ),
    );
  });
});

describe('the table', () => {
  it('has the highest of each minute, newest first', () => {
    const samples = [0, 30_000, 50_000, 60_000, 200_000].map((offset, n) => ({ at: noon + offset, a: 5 - n, b: n }));
    expect(byMinute(samples, ['a', 'b'])).toEqual([
      { at: noon + 3 * MINUTE_MS, highest: { a: 1, b: 4 } },
      { at: noon + MINUTE_MS, highest: { a: 2, b: 3 } },
      { at: noon, highest: { a: 5, b: 2 } },
    ]);
  });
});
