import type { Clock } from '@parley/shared/timing';
import type { Log } from '../log.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { OpenWire } from './wire.ts';

export type SignalingPolicy = {
  retry: RetryPolicy;
  answerTimeoutMs: number;
  /** How long an answer may take after the computer slept. */
  wakeTimeoutMs: number;
  /** First wait after a refusal that only the person or the server's host can change. */
  refusedRetryMs: number;
  /** Wait after the server refused this person's right: each try with a wrong one counts against this address. */
  accessRetryMs: number;
  signalsWaitingMax: number;
};

export const usualSignalingPolicy = (retry: RetryPolicy): SignalingPolicy => ({
  retry,
  answerTimeoutMs: 6_000,
  wakeTimeoutMs: 2_000,
  refusedRetryMs: 30_000,
  accessRetryMs: 300_000,
  signalsWaitingMax: 512,
});

export type SignalingPorts = {
  openWire: OpenWire;
  clock: Clock;
  random: () => number;
  randomBytes: (sizeBytes: number) => Uint8Array<ArrayBuffer>;
  policy: SignalingPolicy;
  log: Log;
};
