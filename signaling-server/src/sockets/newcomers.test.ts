import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { Newcomers } from './newcomers.ts';

it('newcomers wait for three seconds of joins at most, and one that joins nothing is given up (P3)', () => {
  const clock = new FakeClock();
  const newcomers = new Newcomers<object>(clock);
  const come = (count: number) =>
    Array.from({ length: count }, () => {
      const client = {};
      newcomers.add(client);
      return client;
    });
  const idle = come(999);
  expect(newcomers.isFull()).toBe(false);
  come(1);
  expect(newcomers.isFull()).toBe(true);
  clock.advance(11_000);
  expect(newcomers.isFull()).toBe(false);
  // Those that were given up do not count for the pace.
  for (const client of idle) newcomers.settle(client);
  // 1,000 joins in each second: 3,000 may wait.
  for (let second = 0; second < 20; second++) {
    for (const client of come(1_000)) newcomers.settle(client);
    clock.advance(1_000);
  }
  const waiting = come(2_990);
  expect(newcomers.isFull()).toBe(false);
  come(20);
  expect(newcomers.isFull()).toBe(true);
  for (const client of waiting) newcomers.remove(client);
  expect(newcomers.isFull()).toBe(false);
  newcomers.close();
  expect(clock.pending).toBe(0);
});
