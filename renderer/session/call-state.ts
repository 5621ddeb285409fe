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

/** A participant's place in the order in which they came into a call. */
export type CallPlace = { turn: number; peerId: string };

/** The turn of someone who comes into a call with these in it. */
export const nextTurn = (others: readonly CallPlace[]): number =>
  Math.min(LIMITS.callTurnMax, Math.max(0, ...others.map(({ turn }) => turn)) + 1);

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
  /** When this device first heard of each call; not kept for calls that ran before it came. */
  readonly heardAt: Map<CallId, number>;
  /** Joined, declined or left here: these do not ring again. */
  readonly silenced: Set<CallId>;
};

export const newCallMemory = (): CallMemory => ({ heardAt: new Map(), silenced: new Set() });

/**
 * Notes a call heard of now. A call that ran before its participant was met counts from its stated start, so that coming
 * online late does not ring, but as one of a day at most; one that starts before our eyes counts from now, whatever the
 * other clock says. `now` and `startedAt` are of the same clock.
 */
export function noteCall(memory: CallMemory, call: CallKey, now: number, ranBefore: boolean): void {
  if (memory.heardAt.has(call.callId)) return;
  const [oldest] = memory.heardAt.keys();
  if (memory.heardAt.size >= CALLS_KEPT && oldest !== undefined) memory.heardAt.delete(oldest);
  memory.heardAt.set(call.callId, ranBefore ? Math.max(now - STATED_AGE_MAX_MS, Math.min(now, call.startedAt)) : now);
}

/** How much longer the call rings here, in ms; 0 when it does not. */
export function ringsForMs(memory: CallMemory, call: CallKey | null, now: number, ringMs: number): number {
  if (!call || memory.silenced.has(call.callId)) return 0;
  const heardAt = memory.heardAt.get(call.callId);
  return heardAt === undefined ? 0 : Math.max(0, heardAt + ringMs - now);
}
