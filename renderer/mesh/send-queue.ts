import type { Clock } from '@parley/shared/timing';
import { errorFields, type Log } from '../log.ts';

const RETRY_MS = 50;

export type SendQueueOptions = {
  clock: Clock;
  bufferedMaxBytes: number;
  waitingMaxChars: number;
  log: Log;
  /** The channel to send on now; undefined while nothing may be sent. */
  channel: () => { readonly bufferedBytes: number; send(text: string): void } | undefined;
};

/** Messages that wait until the data channel has room, in order. */
export class SendQueue {
  readonly #options: SendQueueOptions;
  #waiting: string[] = [];
  #waitingChars = 0;
  #undoRetry: (() => void) | undefined;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Adds a message and sends what fits. False when too much waits already; then nothing was added. */
  push(text: string): boolean {
    if (this.#waitingChars + text.length > this.#options.waitingMaxChars) return false;
    this.#waiting.push(text);
    this.#waitingChars += text.length;
    this.flush();
    return true;
  }

  flush(): void {
    const channel = this.#options.channel();
    if (!channel) return;
    while (channel.bufferedBytes < this.#options.bufferedMaxBytes) {
      const text = this.#waiting.shift();
      if (text === undefined) return;
      this.#waitingChars -= text.length;
      try {
        channel.send(text);
      } catch (error) {
        // The channel closed meanwhile; the end of its connection is reported by itself.
        this.#options.log.debug('a message met a closed channel', errorFields(error));
        return;
      }
    }
    if (this.#waiting.length === 0 || this.#undoRetry) return;
    this.#undoRetry = this.#options.clock.after(RETRY_MS, () => {
      this.#undoRetry = undefined;
      this.flush();
    });
  }

  clear(): void {
    this.#undoRetry?.();
    this.#undoRetry = undefined;
    this.#waiting = [];
    this.#waitingChars = 0;
  }
}
