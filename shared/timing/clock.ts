/** The longest wait of a timer in Node and in browsers; a longer one would end at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Time as an input: programs pass `systemClock`, tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since 1970: for what is shown, stored or told to others. Somebody may set it back or forward at any time. */
  now: () => number;
  /**
   * Milliseconds since some moment: for durations. It never goes back and nobody sets it. On some systems it stands still
   * while the computer sleeps, as the timers of `after` do; see `elapsedMs`.
   */
  monotonicMs: () => number;
  /** Calls back once after `delayMs`; returns the undo. Never keeps a process alive by itself. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The computer's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, TIMER_MAX_MS));
    letEnd(timer);
    return () => clearTimeout(timer);
  },
};

/** In Node a timer keeps the process alive until this is said; browsers give a number, and pages end anyway. */
function letEnd(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}

/** Calls back every `everyMs` until the returned undo is called, also from within a call. */
export function repeat(clock: Pick<Clock, 'after'>, everyMs: number, callback: () => void): () => void {
  let cancel = clock.after(everyMs, tick);
  function tick(): void {
    cancel = clock.after(everyMs, tick);
    callback();
  }
  return () => cancel();
}
