import { type Clock, FixedRate } from '@parley/shared/timing';

/**
 * Runs an action on request, but not faster than a rate. A request that comes too soon runs later, once, so `act` looks
 * up the state that it is about when it runs.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #bucket: FixedRate;
  readonly #act: () => void;
  #undo: (() => void) | undefined;

  constructor(clock: Clock, rate: { burst: number; perSecond: number }, act: () => void) {
    this.#clock = clock;
    this.#bucket = new FixedRate(rate.burst, rate.perSecond);
    this.#act = act;
  }

  request(): void {
    if (this.#undo) return;
    const now = this.#clock.monotonicMs();
    if (this.#bucket.take(now)) {
      this.#act();
      return;
    }
    this.#undo = this.#clock.after(this.#bucket.waitMs(now), () => {
      this.#undo = undefined;
      this.request();
    });
  }

  close(): void {
    this.#undo?.();
  }
}
