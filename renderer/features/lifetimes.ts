const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The times after which messages may disappear, in ms. */
export const LIFETIMES: readonly number[] = [HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS];

/** The times for which a room's messages may be kept, in ms. */
export const KEPT_FOR: readonly number[] = [365 * DAY_MS, 90 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS];
