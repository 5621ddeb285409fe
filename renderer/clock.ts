import type { Clock } from '@parley/shared/timing';

/** A clock whose pending timers can be counted and all be stopped: what each part hands to its own parts. */
export interface CountedClock extends Clock {
  readonly pending: number;
  stopAll(): void;
}

/** Wraps a clock so that whoever closes can stop everything started through it, and a test can count the rest. */
export function countedClock(clock: Clock): CountedClock {
  const undos = new Set<() => void>();
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, callback) => {
      const stop = clock.after(delayMs, () => {
        undos.delete(undo);
        callback();
      });
      const undo = () => {
        undos.delete(undo);
        stop();
      };
      undos.add(undo);
      return undo;
    },
    get pending() {
      return undos.size;
    },
    stopAll: () => {
      for (const undo of undos) undo();
    },
  };
}
