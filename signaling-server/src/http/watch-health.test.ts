import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createWarnings } from '../warnings.ts';
import type { CheckResult } from './health.ts';
import { HEALTH_LOOK_EVERY_MS, watchHealth } from './watch-health.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the watch over the health checks (S5, S8)', () => {
  it('warns of a check that is degraded and takes it back, and leaves the relay to its own test', async () => {
    const clock = new FakeClock();
    const warnings = createWarnings(clock, pino({ level: 'silent' }));
    const check = (status: 'ok' | 'degraded', value: number | null): CheckResult => ({
      status,
      value,
      threshold: 250,
      unit: 'ms',
      duration_ms: 0,
    });
    let checks: Record<string, CheckResult> = { redis: check('degraded', 300), relay: check('degraded', null) };
    const health = { run: () => Promise.resolve(checks), eventLoopDelayMs: () => 0, close: () => {} };
    const stop = watchHealth(health, clock, warnings);
    const look = async (): Promise<string[]> => {
      clock.advance(HEALTH_LOOK_EVERY_MS);
      await settle();
      return warnings.current().map(({ sentence }) => sentence);
    };
    expect(await look()).toEqual(['The time until Redis answers is above 250 ms.']);
    checks = { redis: check('degraded', null) };
    expect(await look()).toEqual(['There is no answer to: time until Redis answers.']);
    checks = { redis: check('ok', 3) };
    expect(await look()).toEqual([]);
    stop();
  });
});
