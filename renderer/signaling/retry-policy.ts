/** When to try again. A value, so that tests pass one that never waits. */
export interface RetryPolicy {
  /** Milliseconds before attempt number `attempt` (from 0); `random` gives 0 to 1. */
  delayMs(attempt: number, random: () => number): number;
}

const FIRST_MS = 300;
const LONGEST_MS = 5_000;

/** Doubles up to five seconds; the upper half is jitter, so that apps do not all meet a restarted server at once. */
export const patient: RetryPolicy = {
  delayMs: (attempt, random) => {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
    return Math.round(ceiling * (0.5 + random() / 2));
  },
};

const ASKED_MIN_MS = 1_000;
const ASKED_MAX_MS = 86_400_000;
/** Share of a wait that a server asks for which is added at random, so that apps do not come back at one moment. */
const JITTER = 0.1;

/**
 * A wait that a server asks for, kept between `leastMs` and a day. Timers take more than 24 days for no wait at all, and
 * a server that asks for none would be asked again without a pause.
 */
export const clampWaitMs = (askedMs: number, leastMs = ASKED_MIN_MS): number =>
  Math.min(ASKED_MAX_MS, Math.max(leastMs, askedMs));

/** The wait before trying a server again that asks for one: never shorter than asked, with jitter. */
export const askedWaitMs = (askedMs: number, random: () => number): number =>
  Math.round(clampWaitMs(askedMs) * (1 + JITTER * random()));
