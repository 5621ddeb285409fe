import type { CallId, CallPresence } from '@parley/shared/protocol';

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

/** What happened to the calls of a room on this device. */
export type CallMemory = {
  /** When this device first heard of each call; not kept for calls that ran before it came. */
  readonly heardAt: Map<CallId, number>;
  /** Joined, declined or left here: these do not ring again. */
  readonly silenced: Set<CallId>;
};

export const newCallMemory = (): CallMemory => ({ heardAt: new Map(), silenced: new Set() });

/**
 * Notes a call heard of now. One that ran before its participant was met counts from its stated start, so that coming
 * online late does not ring; one that starts before our eyes counts from now, whatever the other clock says.
 */
export function noteCall(memory: CallMemory, call: CallPresence, now: number, ranBefore: boolean): void {
  if (!memory.heardAt.has(call.callId)) {
    memory.heardAt.set(call.callId, ranBefore ? Math.min(now, call.startedAt) : now);
  }
}

/** How much longer the call rings here, in ms; 0 when it does not. */
export function ringsForMs(memory: CallMemory, call: CallKey | null, now: number, ringMs: number): number {
  if (!call || memory.silenced.has(call.callId)) return 0;
  const heardAt = memory.heardAt.get(call.callId);
  return heardAt === undefined ? 0 : Math.max(0, heardAt + ringMs - now);
}
