import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/test-kit.ts';
import { createRoomWatch } from './room-watch.ts';

/** A watch over a list that takes `readMs` to read. */
function open(readMs: number) {
  const clock = testClock();
  const startedAt = clock.monotonicMs();
  const readAt: number[] = [];
  let told = 0;
  const watch = createRoomWatch({
    clock,
    list: () => {
      readAt.push(clock.monotonicMs() - startedAt);
      return new Promise((resolve) => clock.after(readMs, () => resolve([])));
    },
    told: () => {
      told++;
    },
    failed: () => {},
  });
  /** Lets time pass in small steps, in which what was read arrives. */
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at++) {
      clock.advance(1);
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { watch, pass, readAt, told: () => told, clock };
}

describe('the list of rooms', () => {
  it('is read once for what changes together, and soon after a change that comes alone', async () => {
    const { watch, pass, readAt, told } = open(2);
    for (let i = 0; i < 5; i++) watch.changed();
    await pass(1_000);
    watch.changed();
    await pass(100);
    expect(readAt).toEqual([20, 1_020]);
    expect(told()).toBe(2);
  });

  it('is read less often the longer it takes, so that other calls get through', async () => {
    const changing = async (readMs: number) => {
      const { watch, pass, readAt } = open(readMs);
      for (let i = 0; i < 100; i++) {
        watch.changed();
        await pass(10);
      }
      return readAt.length;
    };
    expect(await changing(4)).toBeLessThanOrEqual(1_000 / (20 * 4));
    expect(await changing(0)).toBeGreaterThan(25);
  });

  it('is never held back for long, and leaves no timer', async () => {
    const { watch, pass, told, clock } = open(200);
    watch.changed();
    await pass(300);
    watch.changed();
    await pass(800);
    expect(told()).toBe(2);
    watch.changed();
    watch.close();
    expect(clock.timers()).toBe(0);
  });
});
