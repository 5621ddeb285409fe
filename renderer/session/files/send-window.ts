import { LIMITS } from '@parley/shared/protocol';

/** Bytes that may always be on their way: one frame that arrives, and one behind it. */
export const WINDOW_MIN_BYTES = 2 * LIMITS.fileFrameMaxBytes;
/** More than this helps no connection that a person has. */
const WINDOW_MAX_BYTES = 8_388_608;
/** How long what is sent may wait on its way, beyond the time that the way itself takes, in ms. */
const WAITING_MS = 60;
/** A way may become longer, so the shortest time is that of the last one or two of these, in ms. */
const FORGET_MS = 60_000;
/** The window doubles in each round trip until something waited too long. From then on it changes so many times as slowly, or it would swing. */
const LATER_GAIN = 0.25;

/**
 * How much of the files may be on its way over one connection. Data channels of a connection share its way: what waits there holds up
 * messages, and a slow receiver lets megabytes wait. The window grows while what is sent arrives promptly and shrinks once it waits,
 * as LEDBAT does it (RFC 6817).
 */
export class SendWindow {
  #bytes = WINDOW_MIN_BYTES;
  #sentBytes = 0;
  #gotBytes = 0;
  /** When each frame was sent, and how many bytes were sent with it. */
  readonly #frames: { upTo: number; at: number }[] = [];
  #gain = 1;
  #shortestMs = Number.POSITIVE_INFINITY;
  #shortestBeforeMs = Number.POSITIVE_INFINITY;
  #forgotAt = 0;

  /** Whether the next frame has to wait until the far end got more. */
  get isFull(): boolean {
    return this.#sentBytes - this.#gotBytes >= this.#bytes;
  }

  /** A frame of so many bytes goes out. `now` is monotonic, in ms. */
  sent(bytes: number, now: number): void {
    this.#sentBytes += bytes;
    this.#frames.push({ upTo: this.#sentBytes, at: now });
  }

  /** The far end says that it got so many bytes in all. What it cannot have got is not believed. */
  got(bytes: number, now: number): void {
    if (bytes <= this.#gotBytes || bytes > this.#sentBytes) return;
    let sentAt = now;
    while ((this.#frames[0]?.upTo ?? Number.POSITIVE_INFINITY) <= bytes) sentAt = this.#frames.shift()?.at ?? now;
    const tookMs = now - sentAt;
    if (now - this.#forgotAt >= FORGET_MS) {
      this.#shortestBeforeMs = this.#shortestMs;
      this.#shortestMs = Number.POSITIVE_INFINITY;
      this.#forgotAt = now;
    }
    this.#shortestMs = Math.min(this.#shortestMs, tookMs);
    const waitedMs = tookMs - Math.min(this.#shortestMs, this.#shortestBeforeMs);
    if (waitedMs > WAITING_MS) this.#gain = LATER_GAIN;
    const change = this.#gain * (bytes - this.#gotBytes) * Math.max(-1, (WAITING_MS - waitedMs) / WAITING_MS);
    this.#bytes = Math.min(WINDOW_MAX_BYTES, Math.max(WINDOW_MIN_BYTES, this.#bytes + change));
    this.#gotBytes = bytes;
  }
}
