import type { Clock } from '../clock.ts';
import { TokenBucket } from '../token-bucket.ts';

/**
 * Does something whenever it is asked to, but not faster than a pace: what is asked too soon is done later, once. The
 * last state always counts, so `act` looks up what it is about.
 */
export class Paced {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #act: () => void;
  #undo: (() => void) | undefined;

  constructor(clock: Clock, pace: { burst: number; perSecond: number }, act: () => void) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(pace.burst, pace.perSecond);
    this.#act = act;
  }

  ask(): void {
    if (this.#undo) return;
    const now = this.#clock.now();
    if (this.#bucket.take(now)) {
      this.#act();
      return;
    }
    this.#undo = this.#clock.after(this.#bucket.waitMs(now), () => {
      this.#undo = undefined;
      this.ask();
    });
  }

  close(): void {
    this.#undo?.();
  }
}
