import { type Clock, repeat } from '../clock.ts';

/** Somebody who is asked now and then whether they are still there. */
export interface Beating {
  /** When it is asked next, or given up when it was asked already; ms of the clock. */
  beatAt: number;
  /** Asks for a sign of life. */
  ping(): void;
}

/**
 * Engine.IO's heartbeat, protocol 4: the server asks every `intervalMs`, and whoever says nothing for `timeoutMs` is
 * given up. One timer for all: everybody waits equally long, so those who are due stand first in line.
 */
export class Heartbeat<B extends Beating> {
  /** Wait to be asked; who is due first stands first. */
  readonly #quiet = new Set<B>();
  /** Were asked and have not answered; likewise. */
  readonly #asked = new Set<B>();
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #stop: () => void;

  /** `lost` is told of everyone that is given up; they are forgotten by then. */
  constructor(
    clock: Clock,
    { intervalMs, timeoutMs }: { intervalMs: number; timeoutMs: number },
    lost: (one: B) => void,
  ) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#stop = repeat(clock, Math.max(10, Math.min(1_000, intervalMs / 10, timeoutMs / 10)), () => this.#beat(lost));
  }

  add(one: B): void {
    one.beatAt = this.#clock.now() + this.#intervalMs;
    this.#quiet.add(one);
  }

  /** Anything that was heard is a sign of life. */
  heard(one: B): void {
    if (this.#asked.size > 0 && this.#asked.delete(one)) this.add(one);
  }

  remove(one: B): void {
    this.#quiet.delete(one);
    this.#asked.delete(one);
  }

  /** How many are watched. */
  get size(): number {
    return this.#quiet.size + this.#asked.size;
  }

  stop(): void {
    this.#stop();
  }

  #beat(lost: (one: B) => void): void {
    const now = this.#clock.now();
    for (const one of this.#asked) {
      if (one.beatAt > now) break;
      this.#asked.delete(one);
      lost(one);
    }
    for (const one of this.#quiet) {
      if (one.beatAt > now) break;
      this.#quiet.delete(one);
      one.beatAt = now + this.#timeoutMs;
      this.#asked.add(one);
      one.ping();
    }
  }
}
