import type { Totals } from './store/admin-store.ts';

const MINUTE_MS = 60_000;

/** How fast a total grew over about the last fifteen seconds; undefined before there are two looks to compare. */
export function ratePerSecond(recent: readonly Totals[], read: (totals: Totals) => number): number | undefined {
  const last = recent.at(-1);
  if (!last) return undefined;
  const before = recent.find((one) => one.at < last.at && one.at >= last.at - 15_500);
  return before ? Math.max(0, read(last) - read(before)) / ((last.at - before.at) / 1_000) : undefined;
}

/** How much a total grew within the last minute, as far back as this page has been looking. */
export function lately(recent: readonly Totals[], read: (totals: Totals) => number): number {
  const last = recent.at(-1);
  const before = last && recent.find((one) => one.at >= last.at - MINUTE_MS - 500);
  return last && before ? Math.max(0, read(last) - read(before)) : 0;
}

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, each) => total + each, 0);
