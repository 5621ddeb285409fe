import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createLoadGauge, watchLoop } from './load-gauge.ts';

it('a server is busy over the threshold and until it is well under it, and never where that is off (P3)', () => {
  const clock = new FakeClock();
  let delayMs = 0;
  const loop = { delayMs: () => delayMs, busyShare: () => 0 };
  const gauge = createLoadGauge(200, clock, loop);
  const off = createLoadGauge(0, clock, loop);
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

it('a server is saturated while its event loop has hardly a moment to spare (P3)', () => {
  const clock = new FakeClock();
  let busyShare = 0;
  const gauge = createLoadGauge(200, clock, { delayMs: () => 0, busyShare: () => busyShare });
  const seen = [0.5, 0.79, 0.81, 1, 0.2].map((now) => {
    busyShare = now;
    clock.advance(500);
    return gauge.isSaturated();
  });
  expect(seen).toEqual([false, false, true, true, false]);
  gauge.close();
});

it('the watch tells a busy event loop from one that waits', () => {
  const watch = watchLoop();
  watch.busyShare();
  const before = process.cpuUsage();
  let used = 0;
  while (used < 50_000) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  expect(watch.busyShare()).toBeGreaterThan(0.9);
  watch.close();
});
