const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** A time in the largest unit that fits, such as '1 hour', '7 days' or '1 year'. */
export function lifetimeWords(ms: number): string {
  if (ms >= 365 * DAY_MS) return counted(Math.round(ms / (365 * DAY_MS)), 'year');
  if (ms >= DAY_MS) return counted(Math.round(ms / DAY_MS), 'day');
  if (ms >= HOUR_MS) return counted(Math.round(ms / HOUR_MS), 'hour');
  return counted(Math.max(1, Math.round(ms / 60_000)), 'minute');
}

/** What somebody did who set a room's timer to this time, or to null, as it follows the name. */
export const timerWords = (lifetimeMs: number | null): string =>
  lifetimeMs === null
    ? 'turned disappearing messages off'
    : `set messages to disappear after ${lifetimeWords(lifetimeMs)}`;
