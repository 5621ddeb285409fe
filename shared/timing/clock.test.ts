import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, repeat, systemClock } from './clock.ts';

/** A clock that calls back when it is told to. */
function manualClock() {
  const waiting = new Set<() => void>();
  const clock: Pick<Clock, 'after'> = {
    after: (_, callback) => {
      waiting.add(callback);
      return () => void waiting.delete(callback);
    },
  };
  const ring = () => {
    for (const callback of [...waiting]) {
      waiting.delete(callback);
      callback();
    }
  };
  return { clock, ring, waiting };
}

describe('the system clock', () => {
  afterEach(() => void vi.useRealTimers());

  it('waits as long as a timer can instead of not at all', () => {
    vi.useFakeTimers();
    const rung = vi.fn();
    const undo = systemClock.after(2 ** 31, rung);
    vi.advanceTimersByTime(2 ** 31 - 2);
    expect(rung).not.toHaveBeenCalled();
    undo();
  });

  it('calls back once, and not at all after the undo', async () => {
    const heard: string[] = [];
    const undo = systemClock.after(0, () => heard.push('undone'));
    undo();
    await new Promise<void>((resolve) => {
      systemClock.after(1, () => {
        heard.push('called');
        resolve();
      });
    });
    expect(heard).toEqual(['called']);
  });
});

describe('repeat', () => {
  it('calls back until it is stopped, also from within a call', () => {
    const { clock, ring, waiting } = manualClock();
    let calls = 0;
    const stop = repeat(clock, 5, () => {
      calls += 1;
      if (calls === 3) stop();
    });
    for (let i = 0; i < 6; i++) ring();
    expect([calls, waiting.size]).toEqual([3, 0]);
  });

  it('goes on after a call that threw', () => {
    const { clock, ring, waiting } = manualClock();
    repeat(clock, 5, () => {
      throw new Error('once');
    });
    expect(ring).toThrow('once');
    expect(waiting.size).toBe(1);
  });
});
