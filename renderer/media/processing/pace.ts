/**
 * Finds out that something runs too slowly, with hysteresis: it takes `patience` looks in a row, and one that is fine begins anew. Said
 * once.
 */
export class Pace {
  readonly #slowBelow: number;
  readonly #patience: number;
  #slow = 0;

  /** `slowBelow`: a share of what should have been done, 0 to 1. `patience` in looks. */
  constructor(slowBelow: number, patience: number) {
    this.#slowBelow = slowBelow;
    this.#patience = patience;
  }

  /** Takes a look: what was done of what should have been done since the last one. True when it has become too slow just now. */
  take(done: number, due: number): boolean {
    if (due <= 0) return false;
    this.#slow = done / due < this.#slowBelow ? this.#slow + 1 : 0;
    return this.#slow === this.#patience;
  }

  /** After something was made easier. */
  beginAnew(): void {
    this.#slow = 0;
  }
}
