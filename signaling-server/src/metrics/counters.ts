import type { ErrorCode } from '@parley/shared/protocol';
import { createHistograms } from './histograms.ts';

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
  readonly durations = createHistograms();

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
    this.durations.events.observe(event, outcome, durationMs / 1_000);
  }
}
