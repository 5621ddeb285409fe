/** Sums of fractions drift; a wait that was promised must still hold. */
const ROUNDING_MS = 0.001;

/**
 * A rate limit: holds up to `capacity` tokens, starts full and refills at an even pace of `perMs` tokens a millisecond.
 * Both are given with every call, because a seat's depend on how many others are in the room. A clock that was set back
 * gives nothing and takes nothing.
 */
export class TokenBucket {
  #tokens: number | undefined;
  #filledAt = 0;

  /**
   * Takes `count` tokens (never more than the capacity). Returns 0, or the milliseconds until they would be there;
   * then nothing was taken.
   */
  take(count: number, now: number, capacity: number, perMs: number): number {
    const waitMs = this.waitMs(count, now, capacity, perMs);
    if (waitMs === 0) this.#tokens = Math.max(0, (this.#tokens ?? capacity) - Math.min(count, capacity));
    return waitMs;
  }

  /** The milliseconds until `count` tokens (never more than the capacity) are there; 0 while they are. */
  waitMs(count: number, now: number, capacity: number, perMs: number): number {
    const elapsed = Math.max(0, now - this.#filledAt);
    const tokens = this.#tokens === undefined ? capacity : Math.min(capacity, this.#tokens + elapsed * perMs);
    this.#tokens = tokens;
    this.#filledAt = now;
    return Math.max(0, Math.ceil((Math.min(count, capacity) - tokens) / perMs - ROUNDING_MS));
  }
}

/** A token bucket of one capacity and pace, from which one is taken at a time. */
export class FixedRate {
  readonly #bucket = new TokenBucket();
  readonly #burst: number;
  readonly #perMs: number;

  /** Lets `burst` through at once, and `perSecond` as time goes on. */
  constructor(burst: number, perSecond: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1_000;
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    return this.#bucket.take(1, now, this.#burst, this.#perMs) === 0;
  }

  /** How many milliseconds until there is one to take; 0 while there is. */
  waitMs(now: number): number {
    return this.#bucket.waitMs(1, now, this.#burst, this.#perMs);
  }
}
