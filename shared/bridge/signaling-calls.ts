import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { outcomeOf } from '../base/outcome.ts';
import { ServerHost } from '../model/index.ts';
import { ChallengeBytes, type ClientEvent, clientEvents } from '../protocol/signaling.ts';

/** 16 random bytes, chosen by the page: one attempt at a connection. */
const WireId = base64UrlOf(16);
/** Counts the calls of one wire from 1, so that they reach the server in order. */
const CallId = z.number().int().positive();
const OfWire = z.object({ wireId: WireId }).strict();

/**
 * The signaling sockets, which the core holds for the page. Each call is answered at once; what happens on the wire comes
 * as events, in the order in which it happened. A wire belongs to the page that opened it and closes with it.
 */
export const signalingCalls = {
  /**
   * Starts one attempt to connect to a known server, with this person's right to it. `signaling.opened` or
   * `signaling.failed` follows.
   */
  'signaling.open': { input: OfWire.extend({ host: ServerHost }), output: z.object({}) },
  /**
   * Says something to the server. `signaling.answered` with the same `callId` follows, at the latest after `timeoutMs`,
   * unless the wire is closed before.
   */
  'signaling.call': {
    input: OfWire.extend({
      callId: CallId,
      event: z.enum(Object.keys(clientEvents) as [ClientEvent, ...ClientEvent[]]),
      payload: z.unknown(),
      timeoutMs: z.number().int().min(1).max(60_000),
    }),
    output: z.object({}),
  },
  /** Closes a wire. Nothing is heard of it afterwards. Closing twice is closing once. */
  'signaling.close': { input: OfWire, output: z.object({}) },
} as const;

export const signalingEvents = {
  /** `challenge` is the first that the server set; absent where a Parley server would have set one. */
  'signaling.opened': OfWire.extend({ challenge: ChallengeBytes.optional() }),
  /** `said` is the server's refusal; absent when nothing answered. */
  'signaling.failed': OfWire.extend({ said: z.unknown().optional() }),
  'signaling.closed': OfWire,
  'signaling.heard': OfWire.extend({ event: z.string().max(64), payload: z.unknown() }),
  /** The server's raw answer, or `timed-out`. */
  'signaling.answered': OfWire.extend({ callId: CallId, outcome: outcomeOf(z.unknown()) }),
  /** The page's event stream was interrupted: all its wires are closed. */
  'signaling.lost': z.object({}),
} as const;
