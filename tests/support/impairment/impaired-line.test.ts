import { describe, expect, it } from 'vitest';
import { fakeClock } from '#renderer/testing/fake-clock.ts';
import { DatagramLine, type Impairment, StreamLine, UNIMPAIRED } from './impaired-line.ts';
import { seededRandom } from './seeded-random.ts';

const PACKETS = 10_000;
const BYTES = 1_000;

/** A line with these troubles, one packet a millisecond; answers when each that arrived did, after it was sent. */
function sendThrough(troubles: Partial<Impairment>, seed = 1) {
  const clock = fakeClock();
  const impairment = { ...UNIMPAIRED, ...troubles };
  const line = new DatagramLine({ clock, random: seededRandom(seed), impairment: () => impairment });
  const arrived: { packet: number; afterMs: number }[] = [];
  for (let packet = 0; packet < PACKETS; packet++) {
    const sentAt = clock.monotonicMs();
    line.send(BYTES, () => arrived.push({ packet, afterMs: clock.monotonicMs() - sentAt }));
    clock.advance(1);
  }
  clock.advance(10_000);
  return arrived;
}

describe('an impaired line for datagrams', () => {
  it('lets everything through at once when nothing is wrong', () => {
    const arrived = sendThrough({});
    expect(arrived).toEqual(Array.from({ length: PACKETS }, (_, packet) => ({ packet, afterMs: 0 })));
  });

  it('loses the share that it was told, and the same packets for the same seed', () => {
    const arrived = sendThrough({ lossRatio: 0.05 });
    expect(arrived.length / PACKETS).toBeCloseTo(0.95, 2);
    expect(sendThrough({ lossRatio: 0.05 })).toEqual(arrived);
    expect(sendThrough({ lossRatio: 0.05 }, 2)).not.toEqual(arrived);
  });

  it('delays by delay and jitter, evenly between them, and packets overtake each other', () => {
    const arrived = sendThrough({ delayMs: 30, jitterMs: 100 });
    const waits = arrived.map(({ afterMs }) => afterMs);
    expect(arrived).toHaveLength(PACKETS);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...waits)).toBeLessThanOrEqual(130);
    expect(waits.reduce((sum, wait) => sum + wait, 0) / PACKETS).toBeCloseTo(80, -0.5);
    expect(arrived.some(({ packet }, index) => packet < (arrived[index - 1]?.packet ?? 0))).toBe(true);
  });

  it('lets the share overtake that it was told', () => {
    const early = sendThrough({ delayMs: 30, reorderRatio: 0.2 }).filter(({ afterMs }) => afterMs === 0);
    expect(early.length / PACKETS).toBeCloseTo(0.2, 1);
  });

  it('lets no more through than its rate, and loses what would wait too long', () => {
    // 1,000 bytes a millisecond are sent, a tenth of it passes.
    const arrived = sendThrough({ rateBitsPerSecond: 800_000 });
    expect(arrived.length).toBeGreaterThan(PACKETS / 10);
    expect(arrived.length).toBeLessThan(PACKETS / 10 + 50);
    expect(Math.max(...arrived.map(({ afterMs }) => afterMs))).toBeLessThanOrEqual(300);
  });

  it('lets nothing through in a blackout', () => {
    expect(sendThrough({ isBlackedOut: true })).toEqual([]);
  });
});

describe('an impaired line for a stream', () => {
  const open = (first: Partial<Impairment>) => {
    const clock = fakeClock();
    let impairment = { ...UNIMPAIRED, ...first };
    const line = new StreamLine({ clock, random: seededRandom(1), impairment: () => impairment });
    const arrived: number[] = [];
    return {
      clock,
      arrived,
      send: (piece: number) => line.send(BYTES, () => arrived.push(piece)),
      change: (next: Partial<Impairment>) => {
        impairment = { ...UNIMPAIRED, ...next };
        line.changed();
      },
    };
  };
  const pieces = Array.from({ length: 200 }, (_, piece) => piece);

  it('brings everything in order, whatever is lost and delayed', () => {
    const { clock, arrived, send } = open({ delayMs: 20, jitterMs: 100, lossRatio: 0.3 });
    for (const piece of pieces) {
      send(piece);
      clock.advance(1);
    }
    expect(arrived.length).toBeLessThan(pieces.length);
    clock.advance(1_000);
    expect(arrived).toEqual(pieces);
  });

  it('brings what a blackout held up when it is over', () => {
    const { clock, arrived, send, change } = open({});
    send(0);
    change({ isBlackedOut: true });
    send(1);
    clock.advance(60_000);
    expect(arrived).toEqual([0]);
    change({});
    expect(arrived).toEqual([0, 1]);
  });
});
