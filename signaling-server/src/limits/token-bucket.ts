/** Sums of fractions drift; a wait that was promised must still hold. */
const ROUNDING_MS = 0.001;

/**
 * Holds up to `capacity` tokens and refills at an even pace. Capacity and pace are given with every take, because a
 * seat's depend on how many others are in the room.
 */
export class TokenBucket {
  #tokens: number | undefined;
  #filledAt = 0;

  /**
   * Takes `count` tokens (never more than the capacity). Returns 0, or the milliseconds until they would be there;
   * then nothing was taken.
   */
  take(count: number, now: number, capacity: number, perMs: number): number {
    const wanted = Math.min(count, capacity);
    const elapsed = Math.max(0, now - this.#filledAt);
    const tokens = this.#tokens === undefined ? capacity : Math.min(capacity, this.#tokens + elapsed * perMs);
    this.#filledAt = now;
    const waitMs = Math.ceil((wanted - tokens) / perMs - ROUNDING_MS);
    if (waitMs > 0) {
      this.#tokens = tokens;
      return waitMs;
    }
    this.#tokens = Math.max(0, tokens - wanted);
    return 0;
  }
}
