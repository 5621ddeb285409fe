import { type DeviceId, LIMITS, type LinkMessageOf, MessageId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Receipts } from './receipts.ts';

const EVERY_MS = 100;
const [ana, ben] = ['ana', 'ben'].map((name) => `${name.padEnd(42, 'x')}A` as DeviceId) as [DeviceId, DeviceId];
const idOf = (n: number) => MessageId.parse(`${String(n).padStart(21, 'm')}A`);

function open() {
  const clock = fakeClock();
  const frames: { to: DeviceId; atMs: number; frame: LinkMessageOf<'receipt'> }[] = [];
  const linked = new Set<DeviceId>([ana, ben]);
  const receipts = new Receipts({
    clock,
    everyMs: EVERY_MS,
    linkTo: (to) =>
      linked.has(to)
        ? { send: (frame) => linked.has(to) && frames.push({ to, atMs: clock.monotonicMs(), frame }) > 0 }
        : undefined,
  });
  return { clock, frames, linked, receipts, to: (device: DeviceId) => frames.filter(({ to }) => to === device) };
}

describe('receipts', () => {
  it('go out in at most one frame in each 100 ms for each peer, however many messages came and were read (H4)', () => {
    const { clock, receipts, to } = open();
    for (let n = 0; n < 1_000; n++) {
      receipts.queue({ author: n % 3 === 0 ? ben : ana, id: idOf(n), met: true }, 'delivered');
      if (n % 2 === 0) receipts.queue({ author: n % 3 === 0 ? ben : ana, id: idOf(n), met: true }, 'read');
      clock.advance(3);
    }
    clock.advance(10 * EVERY_MS);
    for (const device of [ana, ben]) {
      const sent = to(device);
      const gaps = sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
      expect(sent.length).toBeGreaterThan(5);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(EVERY_MS);
    }
    const delivered = [ana, ben].flatMap(to).flatMap(({ frame }) => frame.delivered);
    expect(new Set(delivered).size).toBe(1_000);
    expect(delivered).toHaveLength(1_000);
    expect([ana, ben].flatMap(to).flatMap(({ frame }) => frame.read)).toHaveLength(500);
    expect(clock.pending).toBe(0);
  });

  it('hold no more than one frame may, and send the rest in the next', () => {
    const { clock, receipts, to } = open();
    for (let n = 0; n < LIMITS.receiptsMax + 1; n++) receipts.queue({ author: ana, id: idOf(n), met: true }, 'read');
    clock.advance(EVERY_MS);
    expect(to(ana).map(({ frame }) => frame.read.length)).toEqual([LIMITS.receiptsMax]);
    clock.advance(EVERY_MS);
    expect(to(ana).map(({ frame }) => frame.read.length)).toEqual([LIMITS.receiptsMax, 1]);
  });

  it('wait for the link of a device that was met', () => {
    const { clock, linked, receipts, to } = open();
    linked.delete(ana);
    receipts.queue({ author: ana, id: idOf(1), met: true }, 'read');
    clock.advance(10 * EVERY_MS);
    expect(to(ana)).toEqual([]);
    linked.add(ana);
    receipts.linked(ana);
    clock.advance(EVERY_MS);
    expect(to(ana).map(({ frame }) => frame)).toEqual([{ type: 'receipt', delivered: [], read: [idOf(1)] }]);
  });
});
