import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaPath, byMinute, linePath, nearestIndex, roundAxis, runsOf, shareOf, timeAxis } from './scale.ts';

const MINUTE_MS = 60_000;
const noon = Date.UTC(2026, 2, 14, 12);

describe('the axis of values', () => {
  it('ends on a round number at or above the highest', () => {
    expect(roundAxis(17)).toEqual({ max: 20, ticks: [0, 5, 10, 15, 20] });
    expect(roundAxis(20)).toEqual({ max: 20, ticks: [0, 5, 10, 15, 20] });
    expect(roundAxis(0.3)).toEqual({ max: 0.3, ticks: [0, 0.1, 0.2, 0.3] });
    expect(roundAxis(1_240)).toEqual({ max: 1_500, ticks: [0, 500, 1_000, 1_500] });
  });

  it('is there when there is nothing, and has no halves of people', () => {
    expect(roundAxis(0, 1)).toEqual({ max: 1, ticks: [0, 1] });
    expect(roundAxis(Number.NaN, 1)).toEqual({ max: 1, ticks: [0, 1] });
    expect(roundAxis(3, 1)).toEqual({ max: 3, ticks: [0, 1, 2, 3] });
  });

  it('holds every value, in few even steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (highest) => {
        const { max, ticks } = roundAxis(highest);
        expect(max).toBeGreaterThanOrEqual(highest * (1 - 1e-9));
        expect(max).toBeLessThanOrEqual(highest * 2);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1)).toBeCloseTo(max, 6);
      }),
    );
  });
});

describe('the axis of time', () => {
  it('shows at least ten minutes and at most an hour, with ticks on full minutes', () => {
    const short = timeAxis(noon, noon + 90_000);
    expect(short.to - short.from).toBe(10 * MINUTE_MS);
    expect(short.ticks.map((at) => (at - noon) / MINUTE_MS)).toEqual([-8, -6, -4, -2, 0]);
    const long = timeAxis(noon - 90 * MINUTE_MS, noon);
    expect(long.from).toBe(noon - 60 * MINUTE_MS);
    expect(long.ticks.map((at) => (at - noon) / MINUTE_MS)).toEqual([-60, -45, -30, -15, 0]);
  });

  it('places a moment between its ends, never beyond', () => {
    expect([0, 5, 10, -3, 14].map((at) => shareOf(at, 0, 10))).toEqual([0, 0.5, 1, 0, 1]);
    expect(shareOf(3, 7, 7)).toBe(0);
  });
});

describe('lines', () => {
  const samples = [0, 10_000, 20_000, 80_000, 90_000].map((offset) => ({ at: noon + offset }));
  const time = { from: noon, to: noon + 100_000, ticks: [] };
  const runs = runsOf(samples, (index) => index, time, { max: 4, ticks: [] });

  it('break where nobody looked', () => {
    expect(runs.map((run) => run.length)).toEqual([3, 2]);
    expect(runs[0]?.[0]).toEqual({ x: 0, y: 1 });
    expect(runs[1]?.[1]).toEqual({ x: 0.9, y: 0 });
  });

  it('become paths from left to right, and areas down to the axis', () => {
    expect(linePath(runs)).toBe('M0.0 1000.0L100.0 750.0L200.0 500.0M800.0 250.0L900.0 0.0');
    expect(areaPath(runs)).toBe(
      'M0.0 1000L0.0 1000.0L100.0 750.0L200.0 500.0L200.0 1000ZM800.0 1000L800.0 250.0L900.0 0.0L900.0 1000Z',
    );
  });

  it('show a single sample as a dash', () => {
    expect(linePath(runsOf(samples.slice(0, 1), () => 2, time, { max: 4, ticks: [] }))).toBe('M0.0 500.0h2');
  });

  it('leave out what is older than the axis', () => {
    expect(runsOf(samples, () => 1, { ...time, from: noon + 15_000 }, { max: 4, ticks: [] }).flat()).toHaveLength(3);
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
