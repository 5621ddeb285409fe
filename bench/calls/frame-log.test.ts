import { describe, expect, it } from 'vitest';
import { backAt, longestGapMs, perSecond } from './frame-log.ts';

/** Frames every 100 ms from one moment to another. */
const flow = (fromMs: number, untilMs: number) =>
  Array.from({ length: (untilMs - fromMs) / 100 }, (_, index) => fromMs + index * 100);

describe('frames that were shown', () => {
  it('are back when they go on, not with a last one', () => {
    expect(backAt([...flow(0, 1_000), 1_500, ...flow(4_000, 6_000)], 1_200)).toBe(4_000);
    expect(backAt([...flow(0, 1_000), 1_500], 1_200)).toBeUndefined();
  });

  it('have their longest gap anywhere, also before the first and after the last', () => {
    expect(longestGapMs([...flow(0, 1_000), ...flow(1_600, 3_000)], 0, 3_000)).toBe(700);
    expect(longestGapMs([...flow(1_000, 2_000)], 0, 2_000)).toBe(1_000);
    expect(longestGapMs([...flow(0, 1_000)], 0, 3_000)).toBe(2_100);
  });

  it('are counted by the second', () => {
    expect(perSecond([...flow(0, 1_000), 1_500, ...flow(2_000, 2_500)], 0, 3)).toEqual([10, 1, 5]);
  });
});
