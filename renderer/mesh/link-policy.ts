/** So many at once, and so many a second after that. */
export type Allowance = { burst: number; perSecond: number };

/** The numbers that a link works with. Times are in milliseconds. */
export type LinkPolicy = {
  /** From the start of a connection to its open data channel; each next attempt gets more, up to `openTimeoutMaxMs`. */
  openTimeoutMs: number;
  openTimeoutMaxMs: number;
  /** From the start of a connection to the first signal of the far end: then the words to it are lost, not slow. */
  unheardTimeoutMs: number;
  /** How long an interrupted connection may try to recover before a fresh one replaces it. */
  graceMs: number;
  /** Wait before a fresh connection when the last one ended by itself; doubles while none of them opens. */
  reopenDelayMs: number;
  statsEveryMs: number;
  voiceEveryMs: number;
  /** Sound and picture that stopped for so long may mean that the way to the far end is gone. */
  stalledMs: number;
  /** How long after a doubt about the way to the far end another one changes nothing. */
  doubtEveryMs: number;
  /** Above this much unsent data in the data channel, messages wait in the link. */
  bufferedMaxBytes: number;
  /** More than this much waiting data gives the connection up: the far end does not read. */
  waitingMaxChars: number;
  /** Candidates of one connection, trickled and inside descriptions. */
  candidatesMax: number;
  /** Sections of one session description: data, and the places for tracks. */
  sectionsMax: number;
  /** Messages of any kind on the data channel. */
  messages: Allowance;
  /** Descriptions, requests and restarts: whatever makes a connection negotiate. */
  negotiations: Allowance;
  /** Fresh connections that the far end asks for. */
  reopens: Allowance;
  /** So many drops beyond these allowances within a minute close the link. */
  floodMax: number;
};

export const usualLinkPolicy: LinkPolicy = {
  openTimeoutMs: 15_000,
  openTimeoutMaxMs: 45_000,
  unheardTimeoutMs: 8_000,
  graceMs: 8_000,
  reopenDelayMs: 400,
  statsEveryMs: 2_000,
  voiceEveryMs: 300,
  stalledMs: 1_500,
  doubtEveryMs: 3_000,
  bufferedMaxBytes: 1_048_576,
  waitingMaxChars: 8_388_608,
  candidatesMax: 256,
  sectionsMax: 5,
  // A busy app says some twenty things a second: ten receipts, changes of its presence, messages, their catching up.
  messages: { burst: 600, perSecond: 100 },
  negotiations: { burst: 60, perSecond: 1 },
  reopens: { burst: 8, perSecond: 0.2 },
  floodMax: 600,
};

/** The answering side waits a little longer, so that both sides do not give up at the same moment. */
const ANSWERER_PATIENCE = 1.3;

/** How long connection attempt number `attempt` (from 1) may take until its data channel is open, in ms. */
export const openTimeoutOf = (policy: LinkPolicy, attempt: number, initiator: boolean): number =>
  Math.min(policy.openTimeoutMs * attempt, policy.openTimeoutMaxMs) * (initiator ? 1 : ANSWERER_PATIENCE);

/** How long the `attempt`-th connection in a row (from 1) may take until the far end says anything about it, in ms. */
export const unheardTimeoutOf = (policy: LinkPolicy, attempt: number, initiator: boolean): number =>
  Math.min(policy.unheardTimeoutMs * attempt, policy.openTimeoutMaxMs) * (initiator ? 1 : ANSWERER_PATIENCE);

/** The wait before a fresh connection after one ended by itself, in ms; doubles with each attempt that did not open. */
export const redialDelayOf = (policy: LinkPolicy, attempts: number): number =>
  Math.min(policy.openTimeoutMs, policy.reopenDelayMs * 2 ** Math.min(attempts, 10));

export type IceStep = 'none' | 'restart' | 'recovered';

/** The step of a link when the ICE state of its connection changes. The initiator restarts; the other side asks it to. */
export function iceStepOf(link: 'opening' | 'open' | 'interrupted' | 'closed', ice: RTCIceConnectionState): IceStep {
  if (ice === 'disconnected' && link === 'open') return 'restart';
  if ((ice === 'connected' || ice === 'completed') && link === 'interrupted') return 'recovered';
  return 'none';
}
