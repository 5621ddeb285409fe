import { LIMITS } from '@parley/shared/protocol';

/** Bytes that may always be on their way: one frame that arrives, and one behind it. */
export const WINDOW_MIN_BYTES = 2 * LIMITS.fileFrameMaxBytes;
/** More than this helps no connection that a person has. */
const WINDOW_MAX_BYTES = 8_388_608;
/** How long what is sent may wait on its way, beyond the time that the way itself takes, in ms. */
const WAITING_MS = 60;
/** The window doubles in each round trip until something waited too long. From then on it changes by this share only, or it would swing. */
const LATER_GAIN = 0.25;
/** A way may become longer, so the shortest time is that of the last ten minutes. */
const MINUTE_MS = 60_000;
const MINUTES = 10;

/**
 * How much of the files may be on its way over one connection. Data channels of a connection share its way: what waits there holds up
 * messages, and a slow receiver lets megabytes wait. The window grows while what is sent arrives promptly and shrinks once it waits,
 * after the idea of LEDBAT (RFC 6817).
 */
export class SendWindow {
  #bytes = WINDOW_MIN_BYTES;
  #sentBytes = 0;
  #gotBytes = 0;
  /** When each frame was sent, and how many bytes were sent with it. */
  readonly #frames: { upTo: number; at: number }[] = [];
  #gain = 1;
  /** The shortest time that a frame took in each of the last minutes, the newest first. */
  readonly #shortestMs: number[] = [];
  #minute = Number.NEGATIVE_INFINITY;

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
    const underWay = this.#sentBytes - this.#gotBytes;
    const gained = bytes - this.#gotBytes;
    this.#gotBytes = bytes;
    let sentAt: number | undefined;
    while ((this.#frames[0]?.upTo ?? Number.POSITIVE_INFINITY) <= bytes) sentAt = this.#frames.shift()?.at;
    // It stopped within a frame: nobody who reads whole frames says that.
    if (sentAt === undefined) return;
    const waitedMs = this.#waitedMs(now - sentAt, now);
    if (waitedMs > WAITING_MS) this.#gain = LATER_GAIN;
    const change = this.#gain * gained * Math.max(-1, (WAITING_MS - waitedMs) / WAITING_MS);
    // A window that was not used says nothing about the way.
    const most = Math.min(WINDOW_MAX_BYTES, underWay + WINDOW_MIN_BYTES);
    this.#bytes = Math.max(WINDOW_MIN_BYTES, Math.min(most, this.#bytes + change));
  }

  /** How much longer than the quickest a frame took. */
  #waitedMs(tookMs: number, now: number): number {
    if (now - this.#minute >= MINUTE_MS) {
      this.#shortestMs.unshift(tookMs);
      this.#shortestMs.length = Math.min(this.#shortestMs.length, MINUTES);
      this.#minute = now;
    }
    this.#shortestMs[0] = Math.min(this.#shortestMs[0] ?? tookMs, tookMs);
    return tookMs - Math.min(...this.#shortestMs);
  }
}
