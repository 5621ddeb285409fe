import { expect, it } from 'vitest';
import { elapsedMs, momentOf } from './elapsed.ts';

it.each([
  ['both readings go on', 1_000, 1_000, 1_000],
  ['the wall clock is set back an hour', -3_600_000, 1_000, 1_000],
  ['the computer sleeps', 60_000, 0, 60_000],
])('tells the time since a moment when %s', (_, wallMs, monotonicMs, elapsed) => {
  let [wall, monotonic] = [1_800_000_000_000, 5];
  const clock = { now: () => wall, monotonicMs: () => monotonic };
  const since = momentOf(clock);
  wall += wallMs;
  monotonic += monotonicMs;
  expect(elapsedMs(clock, since)).toBe(elapsed);
});
