/** So long may data of files wait on its way, in ms, beyond what the way itself takes: words and calls come behind it. */
const QUEUE_TARGET_MS = 60;
/** What is under way at the beginning, and at the very least and most. */
const FIRST_BYTES = 65_536;
const MIN_BYTES = 16_384;
const MAX_BYTES = 16_777_216;
/** A slow connection gets short frames, because words wait for the end of the one that is being sent. */
const FRAME_MIN_BYTES = 8_192;
const FRAMES_IN_WINDOW = 4;
/** How often the way is left empty for a moment, which tells how long it takes by itself. */
const MEASURE_EVERY_MS = 15_000;
/** The window changes by these factors at most in one round. */
const SHRINK_MOST = 0.5;
const GROW_MOST = 2;
/** A round that takes so many times longer than it should is over. */
const LATE_FACTOR = 2;
/** At the beginning so many times more has to get through in each round. */
const STARTING_FACTOR = 1.25;
/** Once it has shrunk to this share, it is looked at whether that did any good, and so many times in a row before it is given up. */
const TRIED_SHARE = 0.75;
const IN_VAIN_MAX = 2;

/**
 * How much of files may be under way on one connection, so that what is sent after it arrives soon. The far end says how much it got;
 * the time from sending to that word shows whether data waits somewhere: in the channel, in the network, or in a busy page.
 */
export class SendWindow {
  readonly #frameMaxBytes: number;
  #windowBytes = FIRST_BYTES;
  #sentBytes = 0;
  #gotBytes = 0;
  /** How long the empty way takes, and when that was looked at last, by a frame that was sent on it. */
  #emptyMs: number | undefined;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #lone: { endsAt: number; sentAt: number } | undefined;
  /** A round: a window of bytes that was got, from which byte on, and since when; null while what was sent before it is under way. */
  #round: { from: number; bytes: number; since: number | null } = { from: 0, bytes: FIRST_BYTES, since: null };
  /** Whether more would have been sent in this round. */
  #isShort = false;
  /** An earlier window, and how much got through with it; how many times in a row less got through with a smaller one. */
  #before: { windowBytes: number; bytesPerMs: number } | undefined;
  #inVain = 0;
  /** At the beginning the window grows with all that is got, as long as more gets through than in the round before. */
  #isStarting = true;
  #startedWith = 0;

  /** Frames have `frameMaxBytes` at most. */
  constructor(frameMaxBytes: number) {
    this.#frameMaxBytes = frameMaxBytes;
  }

  /** How many bytes the next frame may have. */
  get frameBytes(): number {
    const share = Math.floor(this.#windowBytes / FRAMES_IN_WINDOW);
    return Math.min(this.#frameMaxBytes, Math.max(FRAME_MIN_BYTES, share));
  }

  get underWayBytes(): number {
    return this.#sentBytes - this.#gotBytes;
  }

  /** Whether the next frame may go out now. */
  takes(now: number): boolean {
    if (this.underWayBytes === 0) return true;
    if (now - this.#measuredAt >= MEASURE_EVERY_MS) return false;
    if (this.underWayBytes + this.frameBytes <= this.#windowBytes) return true;
    this.#isShort = true;
    return false;
  }

  /** A frame of that size went out. */
  sent(bytes: number, now: number): void {
    const isAlone = this.underWayBytes === 0;
    this.#sentBytes += bytes;
    if (!isAlone) return;
    this.#round = { from: this.#gotBytes, bytes: this.#windowBytes, since: now };
    this.#isShort = false;
    this.#lone = { endsAt: this.#sentBytes, sentAt: now };
    this.#measuredAt = now;
  }

  /** The far end got so many bytes in all; what says nothing new is left aside. */
  got(bytes: number, now: number): void {
    if (bytes <= this.#gotBytes || bytes > this.#sentBytes) return;
    if (this.#isStarting && this.#isShort)
      this.#windowBytes = Math.min(MAX_BYTES, this.#windowBytes + bytes - this.#gotBytes);
    this.#gotBytes = bytes;
    if (this.#lone && bytes >= this.#lone.endsAt) {
      const tookMs = now - this.#lone.sentAt;
      // A page that was busy at that moment says little.
      this.#emptyMs = ((this.#emptyMs ?? tookMs) + tookMs) / 2;
      this.#lone = undefined;
    }
    const { from, since } = this.#round;
    if (since === null) {
      if (bytes >= from) this.#round = { from: bytes, bytes: this.#windowBytes, since: now };
      return;
    }
    const tookMs = Math.max(1, now - since);
    const isWhole = bytes - from >= this.#round.bytes || (this.underWayBytes === 0 && this.#isShort);
    if (isWhole || tookMs >= LATE_FACTOR * this.#timeMs) this.#endRound((bytes - from) / tookMs);
  }

  /** In which time what is under way should get through. */
  get #timeMs(): number {
    return (this.#emptyMs ?? 0) + QUEUE_TARGET_MS;
  }

  /** The far end says nothing any more: begins anew with little. */
  lost(): void {
    this.#gotBytes = this.#sentBytes;
    this.#windowBytes = MIN_BYTES;
    this.#before = undefined;
  }

  /** What the way carries in the time that it takes and may take longer: that is the window. */
  #endRound(bytesPerMs: number): void {
    const windowBytes = this.#windowBytes;
    this.#isStarting &&= bytesPerMs > this.#startedWith * STARTING_FACTOR;
    this.#startedWith = bytesPerMs;
    if (this.#isShort && !this.#isStarting) this.#lookAtShrinking(bytesPerMs);
    const fitting = bytesPerMs * this.#timeMs;
    // A window that was not filled says nothing about a larger one.
    const most = windowBytes * (this.#isShort ? GROW_MOST : 1);
    const least = Math.max(MIN_BYTES, windowBytes * SHRINK_MOST);
    if (!this.#isStarting)
      this.#windowBytes = Math.round(Math.min(MAX_BYTES, Math.max(least, Math.min(most, fitting))));
    this.#round = { from: this.#sentBytes, bytes: this.#windowBytes, since: null };
    this.#isShort = false;
  }

  /**
   * Data that waits gets through as fast with less of it under way. Where less gets through, nothing waited: the way takes so long by itself,
   * because it changed or the computers are busy. Seen once it may be the way that became slower just then.
   */
  #lookAtShrinking(bytesPerMs: number): void {
    const windowBytes = this.#windowBytes;
    const before = this.#before;
    const share = before ? windowBytes / before.windowBytes : 1;
    if (before && share > TRIED_SHARE && share <= 1) return;
    const isInVain = before !== undefined && share < 1 && bytesPerMs < (before.bytesPerMs * (1 + share)) / 2;
    this.#inVain = isInVain ? this.#inVain + 1 : 0;
    this.#before = { windowBytes, bytesPerMs };
    if (this.#inVain < IN_VAIN_MAX) return;
    this.#inVain = 0;
    this.#emptyMs = windowBytes / bytesPerMs;
  }
}
