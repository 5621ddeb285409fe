import { useState } from 'react';
import type { ParticipantView } from '../../stores/state.ts';
import { useMonotonicNow } from '../../ui/use-now.ts';

/** The person who is large, and since when by the monotonic clock. */
export type Speaker = { sess: string; sinceMs: number };

/** A person stays large for at least this long, so that the stage never jumps with a cough. */
const STAYS_MS = 2_000;

/**
 * The person who is large next. A person who is large stays while they speak, while nobody else does, and for a moment in any case; `here` are
 * those in the call, in their order, and `speaking` those of them who speak.
 */
export function speakerAfter(
  before: Speaker | null,
  here: readonly string[],
  speaking: readonly string[],
  nowMs: number,
): Speaker | null {
  const known = before && here.includes(before.sess) ? before : null;
  if (known && (speaking.includes(known.sess) || nowMs - known.sinceMs < STAYS_MS)) return known;
  const next = speaking[0] ?? known?.sess ?? here[0];
  if (next === undefined) return null;
  return next === known?.sess ? known : { sess: next, sinceMs: nowMs };
}

/** The `sess` of who is large; null while nobody else is in the call, and where nobody is to be large. */
export function useSpeaker(isUsed: boolean, inCall: readonly ParticipantView[]): string | null {
  const nowMs = useMonotonicNow(isUsed ? 1_000 : 60_000);
  const [speaker, setSpeaker] = useState<Speaker | null>(null);
  const here = inCall.map(({ sess }) => sess);
  const speaking = inCall.filter((each) => each.speaking).map(({ sess }) => sess);
  const next = isUsed ? speakerAfter(speaker, here, speaking, nowMs) : null;
  if (next?.sess !== speaker?.sess) setSpeaker(next);
  return next?.sess ?? null;
}
