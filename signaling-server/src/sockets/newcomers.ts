import { type Clock, repeat } from '../clock.ts';

/** This many may always be on their way in. */
const ALWAYS = 1_000;
/** For how many seconds of joins, at the pace of the last seconds, newcomers may wait. */
const WAIT_S = 3;
/** A newcomer that has not joined anything after this time is not waited for any more. */
const GIVEN_UP_MS = 10_000;

/**
 * Counts the clients that were let in and whose first join has not arrived yet. When more come than can be served, this
 * queue grows long before the event loop is late, because their joins wait in the buffers of the system.
 */
export class Newcomers<C extends object> {
  readonly #since = new Map<C, number>();
  readonly #clock: Clock;
  readonly #stop: () => void;
  #settled = 0;
  #settledPerSecond = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stop = repeat(clock, 1_000, () => this.#turn());
  }

  add(client: C): void {
    this.#since.set(client, this.#clock.now());
  }

  /** This client waits no more: its first join arrived, or it was turned away. Counts for the pace. */
  settle(client: C): void {
    if (this.#since.delete(client)) this.#settled += 1;
  }

  /** This client is gone. */
  remove(client: C): void {
    this.#since.delete(client);
  }

  /** Whether one more would have to wait too long. */
  isFull(): boolean {
    return this.#since.size >= Math.max(ALWAYS, WAIT_S * this.#settledPerSecond);
  }

  close(): void {
    this.#stop();
  }

  #turn(): void {
    this.#settledPerSecond = (this.#settledPerSecond + this.#settled) / 2;
    this.#settled = 0;
    const before = this.#clock.now() - GIVEN_UP_MS;
    for (const [client, since] of this.#since) {
      if (since > before) break;
      this.#since.delete(client);
    }
  }
}
