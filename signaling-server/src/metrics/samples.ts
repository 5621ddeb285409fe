import { type Clock, repeat } from '../clock.ts';

/** One look at the server; rates are per second since the look before. */
export type Sample = {
  at: number;
  connections: number;
  rooms: number;
  participants: number;
  streams: number;
  relayed_per_s: number;
  requests_per_s: number;
  errors_per_s: number;
  event_loop_delay_ms: number;
  memory_mib: number;
};

/** What a sample is made of: counts as they are, totals as they grew. */
export type SampleSource = () => Promise<{
  connections: number;
  rooms: number;
  participants: number;
  streams: number;
  relayed: number;
  requests: number;
  errors: number;
  eventLoopDelayMs: number;
  memoryBytes: number;
}>;

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
export function keepSamples(source: SampleSource, clock: Clock): SampleHistory {
  const kept: Sample[] = [];
  let before: Awaited<ReturnType<SampleSource>> | undefined;
  let beforeAt = clock.now();
  let closed = false;
  const look = async (): Promise<void> => {
    const now = await source();
    const at = clock.now();
    const last = before;
    before = now;
    if (closed || !last) return;
    const seconds = Math.max(0.001, (at - beforeAt) / 1_000);
    const rate = (total: 'relayed' | 'requests' | 'errors') => round((now[total] - last[total]) / seconds);
    const { connections, rooms, participants, streams } = now;
    kept.push({
      at,
      connections,
      rooms,
      participants,
      streams,
      relayed_per_s: rate('relayed'),
      requests_per_s: rate('requests'),
      errors_per_s: rate('errors'),
      event_loop_delay_ms: round(now.eventLoopDelayMs),
      memory_mib: round(now.memoryBytes / 1_048_576),
    });
    if (kept.length > KEPT) kept.shift();
    beforeAt = at;
  };
  // A look that fails leaves a gap, and the next one makes the rate over both.
  const lookSafely = (): void => void look().catch(() => {});
  lookSafely();
  const stop = repeat(clock, SAMPLE_EVERY_MS, lookSafely);
  return {
    samples: () => kept,
    close: () => {
      closed = true;
      stop();
    },
  };
}
