import type { Quiet } from '../../stores/state.ts';
import { dayKeyOf, formatClock } from '../../ui/format.ts';

/** Says whether calls ring, and until when they do not. */
export function quietWords(quiet: Quiet | null, nowMs: number): string {
  if (!quiet) return 'Calls ring.';
  if (quiet.until === null) return 'Calls do not ring, until you turn this off.';
  const day = dayKeyOf(quiet.until) === dayKeyOf(nowMs) ? '' : ' tomorrow';
  const why = quiet.why === 'quiet-hours' ? 'Quiet hours: calls' : 'Calls';
  return `${why} do not ring until ${formatClock(quiet.until)}${day}.`;
}
