import type { Clock } from './clock.ts';

/** Counts what is open or under way, and tells when nothing of it is left. */
export class OpenCount {
  readonly #clock: Clock;
  #size = 0;
  #onNone: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  add(): void {
    this.#size += 1;
  }

  remove(): void {
    this.#size -= 1;
    if (this.#size === 0) this.#onNone?.();
  }

  /** Resolves when none is left, or after `withinMs`. Waited for by one caller at a time. */
  whenNone(withinMs: number): Promise<void> {
    if (this.#size === 0 || withinMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve);
      this.#onNone = () => {
        cancel();
        resolve();
      };
    });
  }
}
