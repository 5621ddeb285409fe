import type { z } from 'zod';
import type { Sample as SampleAnswer } from '../answers.ts';
import { type Clock, repeatTask } from '../clock.ts';
import { type Figures, totalOf } from './figures.ts';

/** One look at the server; rates are per second since the look before. */
export type Sample = z.infer<typeof SampleAnswer>;

export const SAMPLE_EVERY_MS = 10_000;
/** The last hour. */
const KEPT = 3_600_000 / SAMPLE_EVERY_MS;

export interface SampleHistory {
  /** Oldest first, at most an hour's. */
  samples(): readonly Sample[];
  close(): void;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Looks at the server every ten seconds and keeps an hour of it in memory, for the charts of the admin page (S8). */
export function keepSamples(read: () => Promise<Figures>, clock: Clock): SampleHistory {
  const kept: Sample[] = [];
  let before: { at: number; relayed: number; requests: number; errors: number } | undefined;
  let closed = false;
  const look = async (): Promise<void> => {
    const figures = await read();
    const total = (name: string): Promise<number> => totalOf(figures, name);
    const now = {
      at: clock.now(),
      relayed: await total('parley_signals_relayed_total'),
      requests: await total('parley_http_requests_total'),
      errors: await total('parley_errors_total'),
    };
    const last = before;
    before = now;
    if (closed || !last) return;
    const seconds = Math.max(0.001, (now.at - last.at) / 1_000);
    kept.push({
      at: now.at,
      connections: await total('parley_connections'),
      rooms: await total('parley_rooms'),
      participants: await total('parley_participants'),
      streams: await total('parley_streams'),
      relayed_per_s: round((now.relayed - last.relayed) / seconds),
      requests_per_s: round((now.requests - last.requests) / seconds),
      errors_per_s: round((now.errors - last.errors) / seconds),
      event_loop_delay_ms: round((await total('nodejs_eventloop_lag_p99_seconds')) * 1_000),
      memory_mib: round((await total('process_resident_memory_bytes')) / 1_048_576),
    });
    if (kept.length > KEPT) kept.shift();
  };
  // A look that fails leaves a gap, and the next one makes the rate over both.
  const looking = repeatTask(clock, SAMPLE_EVERY_MS, look);
  looking.run();
  return {
    samples: () => kept,
    close: () => {
      closed = true;
      looking.stop();
    },
  };
}
