import { expect, it } from 'vitest';
import { OpenCount } from './open-count.ts';
import { FakeClock } from './testing/fake-clock.ts';

it('a count tells when none is left, and does not wait for longer than it may', async () => {
  const clock = new FakeClock();
  const open = new OpenCount(clock);
  await open.whenNone(1_000);
  open.add();
  open.add();
  await open.whenNone(0);
  const late = open.whenNone(1_000);
  clock.advance(1_000);
  await late;
  const inTime = open.whenNone(1_000);
  open.remove();
  expect([open.size, clock.pending]).toEqual([1, 1]);
  open.remove();
  await inTime;
  expect([open.size, clock.pending]).toEqual([0, 0]);
});
