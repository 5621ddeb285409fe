import { describe, expect, it } from 'vitest';
import { chartMax, chartPath } from './chart-path.ts';

const frame = { width: 100, height: 50, fromMs: 0, untilMs: 20_000, max: 10 };
const at = (atMs: number, value: number | null) => ({ atMs, value });

describe('the line of a chart', () => {
  it('goes from left to right with time and up with values, and no further than the frame (C7)', () => {
    expect(chartPath([at(0, 0), at(2_000, 5), at(4_000, 99)], frame)).toBe('M0 50h0.01L10 25L20 0');
  });

  it('breaks where nothing was measured for a while, and leaves out what is older than the frame (C7)', () => {
    expect(chartPath([at(-2_000, 5), at(2_000, 5), at(4_000, null), at(12_000, 5)], frame)).toBe(
      'M10 25h0.01M60 25h0.01',
    );
    expect(chartPath([at(2_000, null)], frame)).toBe('');
  });

  it.each([
    [[], 100, 100],
    [[7], 100, 100],
    [[101], 100, 200],
    [[340], 100, 500],
    [[510], 100, 1_000],
    [[1_200_000], 100, 2_000_000],
    [[220], 100, 300],
    [[0.35], 0.1, 0.5],
  ])('has an edge above %j', (values, least, edge) => {
    expect(chartMax(values, least)).toBeCloseTo(edge, 10);
  });
});
