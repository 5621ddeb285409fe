const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The times after which messages may disappear, in ms. */
export const LIFETIMES: readonly number[] = [HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];

/** The times for which a room's messages may be kept, in ms. */
export const KEPT_FOR: readonly number[] = [365 * DAY_MS, 90 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS];

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** A time in the largest unit that fits, such as '1 hour', '7 days' or '1 year'. */
export function lifetimeWords(ms: number): string {
  if (ms >= 365 * DAY_MS) return counted(Math.round(ms / (365 * DAY_MS)), 'year');
  if (ms >= DAY_MS) return counted(Math.round(ms / DAY_MS), 'day');
  if (ms >= HOUR_MS) return counted(Math.round(ms / HOUR_MS), 'hour');
  return counted(Math.max(1, Math.round(ms / 60_000)), 'minute');
}
