import { type Clock, repeat } from '../clock.ts';

/** Somebody who is asked now and then whether they are still there. */
export interface Beating {
  /** At which beat it is asked next, or given up when it was asked already. */
  beatAt: number;
  /** Asks for a sign of life. */
  ping(): void;
}

/**
 * Engine.IO's heartbeat, protocol 4: the server asks every `intervalMs`, and whoever says nothing for `timeoutMs` is
 * given up. One timer for all: everybody waits equally long, so those who are due stand first in line. Time is counted in
 * beats of that timer, because a clock that is set back would keep everybody from being asked.
 */
export class Heartbeat<B extends Beating> {
  /** Wait to be asked; who is due first stands first. */
  readonly #quiet = new Set<B>();
  /** Were asked and have not answered; likewise. */
  readonly #asked = new Set<B>();
  readonly #interval: number;
  readonly #timeout: number;
  readonly #stop: () => void;
  #beats = 0;

  /** `lost` is told of everyone that is given up; they are forgotten by then. */
  constructor(
    clock: Clock,
    { intervalMs, timeoutMs }: { intervalMs: number; timeoutMs: number },
    lost: (one: B) => void,
  ) {
    const beatMs = Math.max(10, Math.min(1_000, intervalMs / 10, timeoutMs / 10));
    this.#interval = Math.ceil(intervalMs / beatMs);
    this.#timeout = Math.ceil(timeoutMs / beatMs);
    this.#stop = repeat(clock, beatMs, () => this.#beat(lost));
  }

  add(one: B): void {
    one.beatAt = this.#beats + this.#interval;
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
    this.#beats += 1;
    for (const one of this.#asked) {
      if (one.beatAt > this.#beats) break;
      this.#asked.delete(one);
      lost(one);
    }
    for (const one of this.#quiet) {
      if (one.beatAt > this.#beats) break;
      this.#quiet.delete(one);
      one.beatAt = this.#beats + this.#timeout;
      this.#asked.add(one);
      one.ping();
    }
  }
}
