import type { ErrorCode } from '@parley/shared/protocol';
import { createHistograms, type Histograms } from './histograms.ts';

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
] as const;

export type CountersSnapshot = {
  totals: number[];
  events: [string, number][];
  errors: [ErrorCode, number][];
  limited: [LimitName, number][];
};

/**
 * Everything the server counts, as plain numbers: counting one relayed message must cost next to nothing. The metrics
 * read from here when somebody asks.
 */
export class Counters {
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
  readonly events = new Map<string, number>();
  readonly errors = new Map<ErrorCode, number>();
  readonly limited = new Map<LimitName, number>();
  /** Of this process alone, also where counts of several are added up. */
  readonly durations: Histograms;

  constructor(durations: Histograms = createHistograms()) {
    this.durations = durations;
  }

  event(name: string): void {
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
  }

  error(code: ErrorCode): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  limit(name: LimitName): void {
    this.limited.set(name, (this.limited.get(name) ?? 0) + 1);
  }

  /** An HTTP request was answered. `route` is the pattern that took it, never the path. */
  request(method: string, route: string, status: number, durationMs: number): void {
    this.requests += 1;
    if (status >= 400) this.requestsFailed += 1;
    this.durations.http.observe({ method, route, status }, durationMs / 1_000);
  }

  /** An event of a client was answered; `outcome` is `ok` or the code of the refusal. */
  handled(event: string, outcome: string, durationMs: number): void {
    this.durations.events.observe({ event, outcome }, durationMs / 1_000);
  }

  /** Everything counted, as plain data. */
  snapshot(): CountersSnapshot {
    return {
      totals: TOTALS.map((name) => this[name]),
      events: [...this.events],
      errors: [...this.errors],
      limited: [...this.limited],
    };
  }

  /** Adds what another process counted. */
  absorb({ totals, events, errors, limited }: CountersSnapshot): void {
    for (const [at, name] of TOTALS.entries()) this[name] += totals[at] ?? 0;
    for (const [name, count] of events) this.events.set(name, (this.events.get(name) ?? 0) + count);
    for (const [code, count] of errors) this.errors.set(code, (this.errors.get(code) ?? 0) + count);
    for (const [name, count] of limited) this.limited.set(name, (this.limited.get(name) ?? 0) + count);
  }
}
