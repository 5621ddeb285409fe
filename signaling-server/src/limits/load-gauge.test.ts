import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createLoadGauge } from './load-gauge.ts';

it('a server is busy over the threshold and until it is well under it, and never where that is off (P3)', () => {
  const clock = new FakeClock();
  let delayMs = 0;
  const gauge = createLoadGauge(200, clock, () => delayMs);
  const off = createLoadGauge(0, clock, () => delayMs);
  const seen = [0, 199, 201, 150, 101, 99, 150, 500, 0].map((now) => {
    delayMs = now;
    clock.advance(500);
    return gauge.isBusy();
  });
  expect(seen).toEqual([false, false, true, true, true, false, false, true, false]);
  expect(off.isBusy()).toBe(false);
  gauge.close();
  off.close();
  expect(clock.pending).toBe(0);
});
