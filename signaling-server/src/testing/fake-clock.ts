import type { Clock } from '../clock.ts';

/** A clock for tests: time stands still until it is told to pass. */
export class FakeClock implements Clock {
  #now: number;
  #setBackMs = 0;
  readonly #waiting = new Set<{ at: number; callback: () => void }>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const entry = { at: this.#now + delayMs, callback };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Lets `ms` pass; what falls due is called in order, at its time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#waiting].filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#waiting.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
  }

  wall(): number {
    return this.#now - this.#setBackMs;
  }

  /** Somebody sets the computer's clock; timers and durations do not care. */
  setBack(ms: number): void {
    this.#setBackMs += ms;
  }

  /** Timers that are still to come. */
  get pending(): number {
    return this.#waiting.size;
  }
}
