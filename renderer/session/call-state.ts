import { type CallId, LIMITS } from '@parley/shared/protocol';

/** A call as its participants state it. */
export type CallKey = { callId: CallId; startedAt: number };

/**
 * The one call of a room, from what everyone in one says: the earliest start, and of those the lowest id. Two calls
 * that were started at the same moment become one on every device without a word between them.
 */
export function runningCall(parts: readonly CallKey[]): CallKey | null {
  let chosen: CallKey | null = null;
  for (const { callId, startedAt } of parts) {
    if (!chosen || startedAt < chosen.startedAt || (startedAt === chosen.startedAt && callId < chosen.callId)) {
      chosen = { callId, startedAt };
    }
  }
  return chosen;
}

/** The one who came into a call before the others; undefined where nobody is in it. */
export const firstIn = <C extends { turn: number }>(calls: readonly C[]): C | undefined =>
  calls.reduce<C | undefined>((first, call) => (!first || call.turn < first.turn ? call : first), undefined);

/** A participant's place in the order in which they came into a call. */
export type CallPlace = { turn: number; peerId: string };

/** The turn of someone who comes into a call with these in it. */
export const nextTurn = (others: readonly Pick<CallPlace, 'turn'>[]): number =>
  Math.min(LIMITS.callTurnMax, Math.max(0, ...others.map(({ turn }) => turn)) + 1);

/** How far a raised hand may stand beyond those that are known. Each hand that goes up stands one beyond the others. */
const HAND_LEAP_MAX = 1_000;

/**
 * The highest place that the raised hands reach, from 0, with what is known of those before: `top`. A hand that leaps beyond it does not
 * count, and stays the last: everybody after it would otherwise stand at the end of all numbers, with one place for all.
 */
export function topHand(places: readonly number[], top: number): number {
  let reached = places.length === 0 ? 0 : top;
  for (const place of places.toSorted((left, right) => left - right)) {
    if (place - reached > HAND_LEAP_MAX) break;
    reached = Math.max(reached, place);
  }
  return reached;
}

/**
 * Whether this participant came after the call was full. Two who join at the same moment both see room for one more;
 * everyone finds the same ones too many, because the order follows from what all state.
 */
export function cameTooLate(own: CallPlace, others: readonly CallPlace[]): boolean {
  const before = others.filter(({ turn, peerId }) => turn < own.turn || (turn === own.turn && peerId < own.peerId));
  return before.length >= LIMITS.callCapacity;
}

/** Calls remembered at most; whoever makes up more of them than that makes only the oldest forgotten. */
const CALLS_KEPT = 256;

/** How long a call is believed to have run where others only say so. */
export const STATED_AGE_MAX_MS = 86_400_000;

/** The past of a room's calls on this device. */
export type CallMemory = {
  /** When each call started, by the monotonic clock, as far as this device knows. */
  readonly startedAt: Map<CallId, number>;
  /** Joined, declined or left here: these do not ring again. */
  readonly silenced: Set<CallId>;
};

export const newCallMemory = (): CallMemory => ({ startedAt: new Map(), silenced: new Set() });

/** Notes that a call does not ring here again; the oldest of very many is forgotten. */
export function silenceCall({ silenced }: CallMemory, callId: CallId): void {
  silenced.delete(callId);
  silenced.add(callId);
  const [oldest] = silenced;
  if (silenced.size > CALLS_KEPT && oldest !== undefined) silenced.delete(oldest);
}

/** Notes a call that is heard of for the first time and has run for `ranMs`: one that ran before its people were met does not ring for long. */
export function noteCall(memory: CallMemory, callId: CallId, now: number, ranMs: number): void {
  if (memory.startedAt.has(callId)) return;
  const [oldest] = memory.startedAt.keys();
  if (memory.startedAt.size >= CALLS_KEPT && oldest !== undefined) memory.startedAt.delete(oldest);
  memory.startedAt.set(callId, now - Math.min(STATED_AGE_MAX_MS, ranMs));
}

/** How much longer the call rings here, in ms; 0 when it does not. */
export function ringsForMs(memory: CallMemory, call: CallKey | null, now: number, ringMs: number): number {
  if (!call || memory.silenced.has(call.callId)) return 0;
  const startedAt = memory.startedAt.get(call.callId);
  return startedAt === undefined ? 0 : Math.max(0, startedAt + ringMs - now);
}
