import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Throttle } from './throttle.ts';

describe('throttle', () => {
  it('runs a burst at once, then what was requested too soon once and later', () => {
    const clock = fakeClock();
    let runs = 0;
    const throttle = new Throttle(clock, { burst: 2, perSecond: 1 }, () => {
      runs += 1;
    });
    for (let i = 0; i < 10; i++) throttle.request();
    expect(runs).toBe(2);
    clock.advance(1_000);
    expect(runs).toBe(3);
    clock.advance(60_000);
    expect(runs).toBe(3);
  });

  it.each([-3_600_000, 86_400_000])('keeps its pace when the wall clock is set by %i ms', (byMs) => {
    const clock = fakeClock();
    let runs = 0;
    const throttle = new Throttle(clock, { burst: 2, perSecond: 1 }, () => {
      runs += 1;
    });
    for (let i = 0; i < 2; i++) throttle.request();
    clock.setWall(byMs);
    for (let i = 0; i < 5; i++) throttle.request();
    expect(runs).toBe(2);
    clock.advance(1_000);
    expect(runs).toBe(3);
  });

  it('runs nothing any more once it is closed', () => {
    const clock = fakeClock();
    let runs = 0;
    const throttle = new Throttle(clock, { burst: 1, perSecond: 1 }, () => {
      runs += 1;
    });
    throttle.request();
    throttle.request();
    throttle.close();
    clock.advance(60_000);
    expect([runs, clock.pending]).toEqual([1, 0]);
  });
});
