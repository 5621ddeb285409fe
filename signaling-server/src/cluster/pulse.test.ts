import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { answerPulses, watchWorker } from './pulse.ts';

/** A worker and its parent's watch over it. While it is hung it reads nothing, and reads all of it when it goes on. */
function setUp() {
  const clock = new FakeClock();
  const silences: number[] = [];
  const unread: object[] = [];
  const worker = { isHung: false, asked: 0 };
  let hear: (message: unknown) => void = () => {};
  const watch = watchWorker({
    clock,
    ask: (message) => {
      worker.asked += 1;
      if (worker.isHung) unread.push(message);
      else hear(message);
    },
    onSilent: () => silences.push(clock.now()),
  });
  const startedAt = clock.now();
  answerPulses({
    send: (message) => watch.take(message),
    onMessage: (listener) => {
      hear = listener;
      return () => {};
    },
  });
  const goOn = () => {
    worker.isHung = false;
    for (const message of unread.splice(0)) hear(message);
  };
  return { clock, watch, worker, goOn, silentAfterMs: () => silences.map((at) => at - startedAt) };
}

describe('the pulse of a worker (S13, S4)', () => {
  it('is asked for every second, and one that answers is never taken for silent', () => {
    const { clock, watch, worker, silentAfterMs } = setUp();
    watch.take({ parley: 'hub' });
    clock.advance(3_600_000);
    expect([worker.asked, silentAfterMs()]).toEqual([3_600, []]);
  });

  it('is missed once when it is away for longer than a node may be silent; nothing piles up for it meanwhile', () => {
    const { clock, watch, worker, silentAfterMs } = setUp();
    watch.take({ parley: 'hub' });
    clock.advance(10_000);
    worker.isHung = true;
    clock.advance(60_000);
    expect(silentAfterMs()).toEqual([17_000]);
    expect(worker.asked).toBe(11);
    expect(clock.pending).toBe(0);
  });

  it('may be away for a moment, again and again', () => {
    const { clock, watch, worker, goOn, silentAfterMs } = setUp();
    watch.take({ parley: 'hub' });
    for (let times = 0; times < 10; times++) {
      worker.isHung = true;
      clock.advance(6_000);
      goOn();
      clock.advance(1_000);
    }
    expect(silentAfterMs()).toEqual([]);
  });

  it('is not waited for before the first word, however long a start takes', () => {
    const { clock, worker, silentAfterMs } = setUp();
    worker.isHung = true;
    clock.advance(60_000);
    expect([worker.asked, silentAfterMs()]).toEqual([0, []]);
  });

  it('shows how much it has read: what is put into its channel has an end (P4)', () => {
    const { clock, watch, worker, goOn } = setUp();
    watch.take({ parley: 'hub' });
    const text = 'x'.repeat(1_048_576);
    const put = () => {
      let count = 0;
      while (count < 100 && watch.admits(text)) count += 1;
      return count;
    };
    expect(put()).toBe(16);
    worker.isHung = true;
    clock.advance(1_000);
    expect(put()).toBe(0);
    goOn();
    expect(put()).toBe(16);
    clock.advance(1_000);
    expect(put()).toBe(16);
  });
});
