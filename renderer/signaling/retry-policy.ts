/** When to try again. A value, so that tests pass one that never waits. */
export interface RetryPolicy {
  /** Milliseconds before attempt number `attempt` (from 0); `random` gives 0 to 1. */
  delayMs(attempt: number, random: () => number): number;
}

const FIRST_MS = 300;
const LONGEST_MS = 5_000;

/** Doubles up to five seconds; the upper half is jitter, so that a restarted server is not met by everyone at once. */
export const patient: RetryPolicy = {
  delayMs: (attempt, random) => {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
    return Math.round(ceiling * (0.5 + random() / 2));
  },
};

const ASKED_MIN_MS = 1_000;
const ASKED_MAX_MS = 86_400_000;

/**
 * A wait that a server asks for, as far as it is heeded. Timers take more than 24 days for no wait at all, and a
 * server that asks for none would be asked again without a pause.
 */
export const heeded = (askedMs: number, leastMs = ASKED_MIN_MS): number =>
  Math.min(ASKED_MAX_MS, Math.max(leastMs, askedMs));
