import { describe, expect, it } from 'vitest';
import { dueAt, lifetimeClock, SEEN_FOR_MS, settledClock } from './lifetimes.ts';

const DAY = 86_400_000;
const body = { salt: 'A'.repeat(22), text: 'Hello' };

describe('the time at which a body goes', () => {
  it('is so long after it was sent', () => {
    expect(dueAt({ sentAt: 100 * DAY, expires: DAY, body }, 100 * DAY + 5_000)).toBe(101 * DAY);
    expect(dueAt({ sentAt: 100 * DAY, body }, 100 * DAY)).toBe(null);
  });

  it('is at most so long after it arrived, though the author’s clock is ahead', () => {
    expect(dueAt({ sentAt: 900 * DAY, expires: DAY, body }, 100 * DAY)).toBe(101 * DAY);
  });

  it('leaves an hour to see it, though it was long on its way or the author’s clock is behind', () => {
    expect(dueAt({ sentAt: 5 * DAY, expires: DAY, body }, 100 * DAY)).toBe(100 * DAY + SEEN_FOR_MS);
    expect(dueAt({ sentAt: 5 * DAY, expires: 60_000, body }, 100 * DAY)).toBe(100 * DAY + 60_000);
  });

  it('has come where the body is missing and its time is over', () => {
    expect(dueAt({ sentAt: 5 * DAY, expires: DAY, body: null }, 100 * DAY)).toBe(100 * DAY);
    expect(dueAt({ sentAt: 100 * DAY, expires: DAY, body: null }, 100 * DAY)).toBe(101 * DAY);
  });
});

describe('the clock by which messages disappear', () => {
  it('goes on while the wall clock is set back, and comes along when it goes ahead, as after sleep', () => {
    let [wall, monotonic] = [100 * DAY, 7_000];
    const now = lifetimeClock({ wall: () => wall, monotonic: () => monotonic });
    expect(now()).toBe(100 * DAY);
    monotonic += 60_000;
    wall -= 5 * DAY;
    expect(now()).toBe(100 * DAY + 60_000);
    wall = 101 * DAY;
    expect(now()).toBe(101 * DAY);
  });
});

describe('the clock by which old messages are dropped', () => {
  it('is not believed until it has gone on for ten minutes, at the start and after each jump', () => {
    let [wall, monotonic] = [500 * DAY, 7_000];
    const now = settledClock({ wall: () => wall, monotonic: () => monotonic });
    const pass = (ms: number) => {
      wall += ms;
      monotonic += ms;
    };
    expect(now()).toBe(null);
    pass(599_000);
    expect(now()).toBe(null);
    wall -= 400 * DAY;
    pass(1_000);
    expect(now()).toBe(null);
    pass(600_000);
    expect(now()).toBe(100 * DAY + 1_200_000);
    wall += 2 * DAY;
    expect(now()).toBe(null);
  });
});
