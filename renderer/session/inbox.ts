import { type Clock, FixedRate } from '@parley/shared/timing';

const WAITING_MAX = 128;
/** More than an app says about chat in a second: ten receipts, two messages, some questions and answers. */
const BURST = 60;
const PER_SECOND = 30;

/**
 * Messages of one member that go to the disk: handled one after the other and at a pace, so that nobody keeps the core
 * busy. When there is too much, only what fits is kept; `missed` is told once the rest was handled.
 */
export class Inbox<Message> {
  readonly #clock: Clock;
  readonly #handle: (message: Message) => Promise<void>;
  readonly #missed: () => void;
  readonly #pace = new FixedRate(BURST, PER_SECOND);
  #waiting: Message[] = [];
  #dropped = false;
  #running = false;
  #closed = false;
  #undoPause: () => void = () => {};

  constructor(clock: Clock, handle: (message: Message) => Promise<void>, missed: () => void) {
    this.#clock = clock;
    this.#handle = handle;
    this.#missed = missed;
  }

  take(message: Message): void {
    if (this.#closed) return;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#dropped = true;
      return;
    }
    this.#waiting.push(message);
    if (!this.#running) void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#undoPause();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      while (!this.#pace.take(this.#clock.monotonicMs())) await this.#pause();
      try {
        await this.#handle(next);
      } catch (error) {
        // Seen where errors are seen, without stopping what comes behind.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    this.#running = false;
    if (!this.#dropped || this.#closed) return;
    this.#dropped = false;
    this.#missed();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#undoPause = this.#clock.after(this.#pace.waitMs(this.#clock.monotonicMs()), resolve);
    });
  }
}
