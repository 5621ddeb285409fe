/** Time as an input: the page passes `systemClock`, tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after `delayMs`; returns the undo. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

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

/** Calls back again and again, `everyMs` after the last call ended; returns the undo. */
export function every(clock: Clock, everyMs: number, callback: () => void): () => void {
  let undo = () => {};
  let stopped = false;
  const next = () => {
    undo = clock.after(everyMs, () => {
      callback();
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    undo();
  };
}
