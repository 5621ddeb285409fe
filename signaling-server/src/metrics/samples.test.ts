import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { keepSamples, SAMPLE_EVERY_MS } from './samples.ts';

const quiet = {
  connections: 0,
  rooms: 0,
  participants: 0,
  streams: 0,
  relayed: 0,
  requests: 0,
  errors: 0,
  eventLoopDelayMs: 1.234,
  memoryBytes: 100 * 1_048_576,
};

/** Lets what was looked at arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the last hour (S8)', () => {
  it('holds counts as they are and totals as rates', async () => {
    const clock = new FakeClock();
    let now = quiet;
    const history = keepSamples(async () => now, clock);
    await settle();
    now = { ...quiet, connections: 3, relayed: 500, requests: 20, errors: 1 };
    clock.advance(SAMPLE_EVERY_MS);
    await settle();
    now = { ...now, relayed: 600 };
    clock.advance(SAMPLE_EVERY_MS);
    await settle();
    expect(history.samples()).toMatchObject([
      { connections: 3, relayed_per_s: 50, requests_per_s: 2, errors_per_s: 0.1, memory_mib: 100 },
      { connections: 3, relayed_per_s: 10, requests_per_s: 0, errors_per_s: 0, event_loop_delay_ms: 1.23 },
    ]);
    history.close();
  });

  it('keeps an hour and no more, and stops when it is closed', async () => {
    const clock = new FakeClock();
    const history = keepSamples(async () => quiet, clock);
    await settle();
    for (let i = 0; i < 400; i++) {
      clock.advance(SAMPLE_EVERY_MS);
      await settle();
    }
    expect(history.samples()).toHaveLength(360);
    const last = history.samples().at(-1)?.at;
    history.close();
    clock.advance(SAMPLE_EVERY_MS * 5);
    await settle();
    expect(history.samples().at(-1)?.at).toBe(last);
  });
});
