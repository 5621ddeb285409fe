import type { ServerKind } from '../servers/servers.ts';

/** Requests to the driver, one at a time. */
export type DriverRequest =
  | { do: 'join'; server: ServerKind; port: number; clients: number; roomSize: number; atOnce: number }
  | { do: 'relay'; messages: number; boxChars: number; window: number }
  | { do: 'refused'; how: RefusedHow; messages: number; boxChars: number; window: number }
  | { do: 'pace'; perSecond: number; seconds: number; boxChars: number }
  | { do: 'churn'; server: ServerKind; port: number; cycles: number; atOnce: number }
  | { do: 'newcomers'; port: number; perSecond: number; seconds: number }
  | { do: 'malformed'; port: number; frames: number; atOnce: number }
  | { do: 'part' };

/** malformed: a box with a character that is none; foreign: a room without a seat; over: past the sender's share. */
export type RefusedHow = 'malformed' | 'foreign' | 'over';

export type JoinReport = { joined: number; failures: string[]; eachMs: number[]; cpuMs: number; tookMs: number };
export type RelayReport = { received: number; refused: number; cpuMs: number; tookMs: number };
export type PaceReport = { sent: number; latenciesMs: number[]; lost: number; refused: number; cpuMs: number };

/** `unanswered`: neither joined nor told why not within 15 s. `pace`: newcomers that really came, per second. */
export type NewcomersReport = { joined: number; refused: Record<string, number>; unanswered: number; pace: number };
export type MalformedReport = { closed: number };

export type DriverReport = {
  join: JoinReport;
  relay: RelayReport;
  refused: RelayReport;
  pace: PaceReport;
  churn: JoinReport;
  newcomers: NewcomersReport;
  malformed: MalformedReport;
  part: Record<string, never>;
};
