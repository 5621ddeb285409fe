import type { Clock } from '@parley/shared/timing';

/** The troubles of one direction of a network. */
export type Impairment = {
  /** The delay of every packet. */
  delayMs: number;
  /** The delay of a packet beyond that: anything from nothing to this, each by itself, so that packets overtake each other. */
  jitterMs: number;
  /** Share of packets that get lost, 0 to 1. */
  lossRatio: number;
  /** Share of packets that are let through at once, ahead of those that are delayed, 0 to 1. */
  reorderRatio: number;
  /** How much passes in a second; null for as much as comes. A packet that would wait longer than `QUEUE_MAX_MS` for it gets lost. */
  rateBitsPerSecond: number | null;
  /** Nothing passes at all. */
  isBlackedOut: boolean;
};

export const UNIMPAIRED: Impairment = {
  delayMs: 0,
  jitterMs: 0,
  lossRatio: 0,
  reorderRatio: 0,
  rateBitsPerSecond: null,
  isBlackedOut: false,
};

/** The longest wait for a place on a line with a rate, as a router's buffer has an end. */
const QUEUE_MAX_MS = 300;
/** The delay that a lost segment of TCP costs, because it is sent again. */
const SENT_AGAIN_MS = 200;

export type LineOptions = {
  clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** 0 to 1; the same numbers make the same troubles. */
  random: () => number;
  /** Asked for each packet, because it may change meanwhile. */
  impairment: () => Impairment;
};

/** When the last bit of so many bytes is through a line whose rate is taken until `freeAtMs`. */
const throughAt = (nowMs: number, freeAtMs: number, bytes: number, rate: number | null): number =>
  rate === null ? nowMs : Math.max(nowMs, freeAtMs) + (bytes * 8_000) / rate;

/** One direction for datagrams: some get lost, some come late, some overtake others. */
export class DatagramLine {
  readonly #options: LineOptions;
  readonly #undos = new Set<() => void>();
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Takes a datagram of so many bytes; `deliver` is called when it arrives, if it does. */
  send(bytes: number, deliver: () => void): void {
    const { clock, random, impairment } = this.#options;
    const { delayMs, jitterMs, lossRatio, reorderRatio, rateBitsPerSecond, isBlackedOut } = impairment();
    if (isBlackedOut || random() < lossRatio) return;
    const now = clock.monotonicMs();
    const through = throughAt(now, this.#freeAtMs, bytes, rateBitsPerSecond);
    if (through - now > QUEUE_MAX_MS) return;
    this.#freeAtMs = through;
    const overtakes = random() < reorderRatio;
    const wait = through - now + (overtakes ? 0 : delayMs + jitterMs * random());
    if (wait === 0) {
      deliver();
      return;
    }
    const undo = clock.after(wait, () => {
      this.#undos.delete(undo);
      deliver();
    });
    this.#undos.add(undo);
  }

  /** Forgets what is on its way. */
  close(): void {
    for (const undo of this.#undos) undo();
    this.#undos.clear();
  }
}

/**
 * One direction of a TCP connection: everything arrives, in order. A lost piece comes later because it is sent again, and whatever
 * a blackout holds up arrives after it.
 */
export class StreamLine {
  readonly #options: LineOptions;
  readonly #waiting: { atMs: number; deliver: () => void }[] = [];
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #undo: (() => void) | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Takes a piece of so many bytes; `deliver` is called when it arrives. */
  send(bytes: number, deliver: () => void): void {
    const { clock, random, impairment } = this.#options;
    const { delayMs, jitterMs, lossRatio, rateBitsPerSecond } = impairment();
    const through = throughAt(clock.monotonicMs(), this.#freeAtMs, bytes, rateBitsPerSecond);
    this.#freeAtMs = through;
    const again = random() < lossRatio ? SENT_AGAIN_MS : 0;
    this.#waiting.push({ atMs: through + delayMs + jitterMs * random() + again, deliver });
    this.#pass();
  }

  /** The impairment changed: what a blackout held up may go on. */
  changed(): void {
    this.#pass();
  }

  /** Forgets what is on its way. */
  close(): void {
    this.#undo?.();
    this.#waiting.length = 0;
  }

  #pass(): void {
    this.#undo?.();
    this.#undo = undefined;
    const { clock, impairment } = this.#options;
    for (;;) {
      const [next] = this.#waiting;
      if (!next || impairment().isBlackedOut) return;
      const wait = next.atMs - clock.monotonicMs();
      if (wait > 0) {
        this.#undo = clock.after(wait, () => this.#pass());
        return;
      }
      this.#waiting.shift();
      next.deliver();
    }
  }
}
