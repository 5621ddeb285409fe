import { LIMITS } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { SendWindow } from './send-window.ts';
import { chances } from './testing/fake-members.ts';

type Way = {
  bytesPerMs: number;
  /** Until the word of what was got is back, where nothing waits. */
  roundTripMs: number;
  /** So much later that word comes at most, because somebody is busy. */
  busyMs?: number;
};

/** A way on which frames wait for each other, always with more to send. */
class Sender {
  readonly window = new SendWindow(LIMITS.fileFrameMaxBytes);
  #way: Way;
  #now = 0;
  #sentBytes = 0;
  #freeAt = 0;
  readonly #words: { at: number; bytes: number }[] = [];
  readonly #chance = chances(1);

  constructor(way: Way) {
    this.#way = way;
  }

  /** Sends for so long; answers the share of what the way carries that got through, and how long data waited on it at most. */
  send(forMs: number, way = this.#way): { share: number; waitedMs: number } {
    this.#way = way;
    const endsAt = this.#now + forMs;
    const before = this.#sentBytes - this.window.underWayBytes;
    let waitedMs = 0;
    while (this.#now < endsAt) {
      while (this.window.takes(this.#now)) this.#sendFrame();
      waitedMs = Math.max(waitedMs, this.#freeAt - this.#now);
      const word = this.#words.shift();
      if (!word) throw new Error('nothing is under way, and nothing may be sent');
      this.#now = word.at;
      this.window.got(word.bytes, this.#now);
    }
    const gotBytes = this.#sentBytes - this.window.underWayBytes - before;
    return { share: gotBytes / (forMs * way.bytesPerMs), waitedMs };
  }

  #sendFrame(): void {
    const { bytesPerMs, roundTripMs, busyMs = 0 } = this.#way;
    const bytes = this.window.frameBytes;
    this.#freeAt = Math.max(this.#freeAt, this.#now) + bytes / bytesPerMs;
    this.#sentBytes += bytes;
    this.window.sent(bytes, this.#now);
    const at = this.#freeAt + roundTripMs + this.#chance() * busyMs;
    this.#words.push({ at: Math.max(at, this.#words.at(-1)?.at ?? 0), bytes: this.#sentBytes });
  }
}

describe('what is under way of files', () => {
  it.each([
    { bytesPerMs: 125, roundTripMs: 20 },
    { bytesPerMs: 1_000, roundTripMs: 1 },
    { bytesPerMs: 1_000, roundTripMs: 60 },
    { bytesPerMs: 10_000, roundTripMs: 5 },
    { bytesPerMs: 40_000, roundTripMs: 1 },
  ])('fills a way of $bytesPerMs bytes in a ms and $roundTripMs ms, and leaves little waiting on it', (way) => {
    const sender = new Sender(way);
    expect(sender.send(8_000).share).toBeGreaterThan(0.75);
    const { share, waitedMs } = sender.send(40_000);
    expect(share).toBeGreaterThan(0.85);
    expect(waitedMs).toBeLessThan(200);
  });

  it('goes on where everybody is busy: words that come late are no reason to send nothing', () => {
    const sender = new Sender({ bytesPerMs: 4_000, roundTripMs: 5, busyMs: 200 });
    sender.send(4_000);
    expect(sender.send(30_000).share).toBeGreaterThan(0.7);
  });

  it('becomes small soon on a way that becomes slow, and large again', () => {
    const quick = { bytesPerMs: 5_000, roundTripMs: 10 };
    const slow = { bytesPerMs: 250, roundTripMs: 10 };
    const sender = new Sender(quick);
    sender.send(5_000);
    sender.send(5_000, slow);
    expect(sender.send(20_000, slow).waitedMs).toBeLessThan(160);
    // Words wait for the end of a frame.
    expect(sender.window.frameBytes).toBeLessThanOrEqual(16_384);
    sender.send(3_000, quick);
    expect(sender.send(20_000, quick).share).toBeGreaterThan(0.85);
    expect(sender.window.frameBytes).toBe(LIMITS.fileFrameMaxBytes);
  });

  it('learns from time to time how long the way takes by itself', () => {
    const short = { bytesPerMs: 1_000, roundTripMs: 10 };
    const sender = new Sender({ bytesPerMs: 1_000, roundTripMs: 400 });
    expect(sender.send(20_000).share).toBeGreaterThan(0.75);
    sender.send(80_000, short);
    expect(sender.send(20_000, short).waitedMs).toBeLessThan(200);
  });

  it('believes no word about more than was sent, and none twice', () => {
    const window = new SendWindow(LIMITS.fileFrameMaxBytes);
    window.sent(10_000, 0);
    window.got(10_001, 5);
    expect(window.underWayBytes).toBe(10_000);
    window.got(4_000, 5);
    window.got(3_000, 6);
    expect(window.underWayBytes).toBe(6_000);
  });

  it('goes on with little after a far end that said nothing', () => {
    const window = new SendWindow(LIMITS.fileFrameMaxBytes);
    while (window.takes(0)) window.sent(window.frameBytes, 0);
    window.lost();
    expect(window.takes(3_000)).toBe(true);
    let bytes = 0;
    for (; window.takes(3_000); window.sent(window.frameBytes, 3_000)) bytes += window.frameBytes;
    expect(bytes).toBeLessThanOrEqual(16_384);
  });
});
