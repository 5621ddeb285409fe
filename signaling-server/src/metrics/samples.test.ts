import { Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Figures } from './figures.ts';
import { keepSamples, SAMPLE_EVERY_MS } from './samples.ts';

/** Figures with these values. */
function figuresOf(values: Record<string, number>): Promise<Figures> {
  const registry = new Registry();
  for (const [name, value] of Object.entries(values)) new Gauge({ name, help: name, registers: [registry] }).set(value);
  return Promise.resolve({ registry, occupancy: () => [] });
}
const quiet = { process_resident_memory_bytes: 100 * 1_048_576, nodejs_eventloop_lag_p99_seconds: 0.001_234 };

/** Lets what was looked at arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the last hour (S8)', () => {
  it('holds counts as they are and totals as rates', async () => {
    const clock = new FakeClock();
    let now: Record<string, number> = quiet;
    const history = keepSamples(() => figuresOf(now), clock);
    await settle();
    now = {
      ...quiet,
      parley_connections: 3,
      parley_signals_relayed_total: 500,
      parley_http_requests_total: 20,
      parley_errors_total: 1,
    };
    clock.advance(SAMPLE_EVERY_MS);
    await settle();
    now = { ...now, parley_signals_relayed_total: 600 };
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
    const history = keepSamples(() => figuresOf(quiet), clock);
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
