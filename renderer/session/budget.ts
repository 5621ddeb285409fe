/** At most `max` of something in each window, as it is when it is asked. A window begins with the first that is spent in it. */
export class Budget {
  readonly #max: () => number;
  readonly #windowMs: number;
  #spent = 0;
  #endsAt = Number.NEGATIVE_INFINITY;

  constructor(max: () => number, windowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  spend(count: number, now: number): void {
    if (this.isFresh(now)) {
      this.#spent = 0;
      this.#endsAt = now + this.#windowMs;
    }
    this.#spent += count;
  }

  /** How long until there is something to spend again; 0 while there is. */
  waitMs(now: number): number {
    return this.isFresh(now) || this.#spent < this.#max() ? 0 : this.#endsAt - now;
  }

  /** Whether nothing is remembered that still counts. */
  isFresh(now: number): boolean {
    return now >= this.#endsAt;
  }
}
