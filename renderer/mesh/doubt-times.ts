import type { Clock } from '@parley/shared/timing';

/** When the way to the far end was doubted, at either end, and when another one was looked for. */
export class DoubtTimes {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #everyMs: number;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #restartedAt = Number.NEGATIVE_INFINITY;

  /** A doubt is fresh for `everyMs`. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Whether either end doubted the way a moment ago: what is said on it may be lost. */
  get areFresh(): boolean {
    return this.#isFresh(this.#raisedAt) || this.#isFresh(this.#heardAt);
  }

  get wasRestarted(): boolean {
    return this.#isFresh(this.#restartedAt);
  }

  /** Raises a doubt at this end; false where there was one a moment ago. */
  raise(): boolean {
    if (this.#isFresh(this.#raisedAt)) return false;
    this.#raisedAt = this.#clock.monotonicMs();
    return true;
  }

  /** The far end doubts the way. */
  heard(): void {
    this.#heardAt = this.#clock.monotonicMs();
  }

  restarted(): void {
    this.#restartedAt = this.#clock.monotonicMs();
  }

  #isFresh(atMs: number): boolean {
    return this.#clock.monotonicMs() - atMs < this.#everyMs;
  }
}
