import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { createLimits } from '../limits/limits.ts';
import { countOpenSockets } from '../limits/open-sockets.ts';
import { Counters } from '../metrics/counters.ts';
import { type Admission, AdmissionDesk } from './admission.ts';

const OFFICE = '203.0.113.1';

/** The clock that the tests have in hand. */
const clock: Clock = {
  now: () => Date.now(),
  wall: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const pass = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

describe('an office behind one address (R2, R3, R7)', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    [60, 30],
    [60, 10],
    [99, 30],
  ])(
    'of %i apps, each of which waits as it is told, is in after some minutes and is never struck; limit %i',
    async (people, perMinute) => {
      const reading = readConfig({ SOCKETS_PER_MINUTE: String(perMinute), JOINS_PER_MINUTE: String(perMinute) });
      if (!reading.ok) throw new Error(reading.problems.join());
      const blocked: string[] = [];
      const strikes: string[] = [];
      const limits = createLimits(reading.config, clock, ({ key }) => void blocked.push(key));
      const strike = limits.blocks.strike.bind(limits.blocks);
      limits.blocks.strike = (key, why, weight) => {
        strikes.push(why);
        return strike(key, why, weight);
      };
      const desk = new AdmissionDesk({
        clock,
        limits,
        openMax: reading.config.socketsPerAddress,
        open: countOpenSockets(),
        counters: new Counters(),
        isDraining: () => false,
        isBusy: () => false,
        isSaturated: () => false,
        random: (sizeBytes) => new Uint8Array(sizeBytes).fill(Math.floor(Math.random() * 256)),
        onLimit: () => {},
      });
      const sweeping = setInterval(() => {
        desk.sweep();
        limits.blocks.sweep();
      }, 60_000);
      let inside = 0;
      const seated: Admission[] = [];
      const turning = setInterval(() => desk.turnSecond(), 1_000);
      const told: number[] = [];
      const comeIn = async (): Promise<void> => {
        for (;;) {
          const admission = await desk.decide(OFFICE);
          if (!admission.refusal) {
            seated.push(admission);
            break;
          }
          // A refusal that a browser can read, with a time.
          expect(admission.at).toBe('told');
          told.push(admission.refusal.retryAfterMs ?? Number.NaN);
          await pass(admission.refusal.retryAfterMs ?? 0);
        }
        for (;;) {
          const verdict = await limits.joins.consume(OFFICE);
          if (verdict.ok) break;
          await pass(verdict.retryAfterMs);
        }
        inside += 1;
      };
      const everybody = (): void => {
        for (let n = 0; n < people; n++) void comeIn();
      };

      everybody();
      await vi.advanceTimersByTimeAsync(0);
      expect(inside).toBe(perMinute);
      // Nobody has to come more often than twice on the way in.
      await vi.advanceTimersByTimeAsync(600_000);
      expect(inside).toBe(people);
      // The office's network goes down and comes back.
      for (const admission of seated.splice(0)) desk.closed(admission);
      inside = 0;
      everybody();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(inside).toBe(people);
      expect([strikes, blocked]).toEqual([[], []]);
      for (const waitMs of told) expect(waitMs).toBeGreaterThan(0);
      expect(new Set(told).size).toBeGreaterThan(told.length / 2);
      clearInterval(sweeping);
      clearInterval(turning);
    },
  );
});
