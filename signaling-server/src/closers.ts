import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** How long one part may take to close before the next one is closed. */
const CLOSING_MS = 8_000;

/** Closes the parts of a server in the reverse order of their opening. */
export class Closers {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closers: (() => unknown)[] = [];

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Adds a part that was opened. The promise of `close` is awaited for at most 8 s. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Closes every part once. Never rejects: a part that fails is logged, and the others are closed all the same. */
  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await within(this.#clock, CLOSING_MS, close());
      } catch (failure) {
        this.#log.error({ err: failure }, 'a part of the server did not close');
      }
    }
  }
}

/** Rejects when `work` takes longer. */
function within(clock: Clock, ms: number, work: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(`not within ${ms} ms`)));
    Promise.resolve(work).then(resolve, reject).finally(cancel);
  });
}
