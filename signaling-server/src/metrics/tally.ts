import type { ErrorCode } from '@parley/shared/protocol';

/** Which limit refused something; the labels of the metric. */
export type LimitName =
  | 'http'
  | 'connections'
  | 'sockets'
  | 'sockets-open'
  | 'joins'
  | 'streams'
  | 'signals'
  | 'calls'
  | 'blocked';

const SAMPLES = 1_024;

const TOTALS = [
  'upgrades',
  'socketsOpened',
  'messagesReceived',
  'messagesSent',
  'relayed',
  'relayedBytes',
  'seatsTaken',
  'seatsResumed',
  'seatsEnded',
  'streamsStarted',
  'streamsEnded',
  'malformed',
  'slowConsumers',
  'blocksMade',
  'requests',
  'requestsFailed',
  'requestMsTotal',
] as const;

export type TallySnapshot = {
  totals: number[];
  events: [string, number][];
  errors: [ErrorCode, number][];
  limited: [LimitName, number][];
  durations: number[];
};

/**
 * Everything the server counts, as plain numbers: counting one relayed message must cost next to nothing. The metrics
 * read from here when somebody asks.
 */
export class Tally {
  upgrades = 0;
  socketsOpened = 0;
  messagesReceived = 0;
  messagesSent = 0;
  relayed = 0;
  relayedBytes = 0;
  seatsTaken = 0;
  seatsResumed = 0;
  seatsEnded = 0;
  streamsStarted = 0;
  streamsEnded = 0;
  malformed = 0;
  slowConsumers = 0;
  blocksMade = 0;
  requests = 0;
  requestsFailed = 0;
  requestMsTotal = 0;
  readonly events = new Map<string, number>();
  readonly errors = new Map<ErrorCode, number>();
  readonly limited = new Map<LimitName, number>();
  readonly #durations = new Float64Array(SAMPLES);

  event(name: string): void {
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
  }

  error(code: ErrorCode): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  limit(name: LimitName): void {
    this.limited.set(name, (this.limited.get(name) ?? 0) + 1);
  }

  request(durationMs: number, failed: boolean): void {
    this.#durations[this.requests % SAMPLES] = durationMs;
    this.requests += 1;
    this.requestMsTotal += durationMs;
    if (failed) this.requestsFailed += 1;
  }

  /** Everything counted, as plain data. */
  snapshot(): TallySnapshot {
    return {
      totals: TOTALS.map((name) => this[name]),
      events: [...this.events],
      errors: [...this.errors],
      limited: [...this.limited],
      durations: [...this.#durations.slice(0, Math.min(this.requests, SAMPLES))],
    };
  }

  /** Adds what another process counted. */
  absorb({ totals, events, errors, limited, durations }: TallySnapshot): void {
    const known = Math.min(this.requests, SAMPLES);
    for (const [at, duration] of durations.entries()) this.#durations[(known + at) % SAMPLES] = duration;
    for (const [at, name] of TOTALS.entries()) this[name] += totals[at] ?? 0;
    for (const [name, count] of events) this.events.set(name, (this.events.get(name) ?? 0) + count);
    for (const [code, count] of errors) this.errors.set(code, (this.errors.get(code) ?? 0) + count);
    for (const [name, count] of limited) this.limited.set(name, (this.limited.get(name) ?? 0) + count);
  }

  /** Percentiles (0–1) of the last 1,024 requests' durations in milliseconds; 0 before the first. */
  requestPercentiles<const P extends readonly number[]>(shares: P): { [K in keyof P]: number } {
    const known = this.#durations.slice(0, Math.min(this.requests, SAMPLES)).sort();
    const at = (share: number) => known[Math.min(known.length - 1, Math.floor(share * known.length))] ?? 0;
    return shares.map(at) as { [K in keyof P]: number };
  }
}
