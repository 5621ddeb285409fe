/** Where things lie in a chart. Pure: no pixels. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type TimeAxis = { from: number; to: number };

/** From the first to the last moment, at least ten minutes and at most an hour. */
export function timeAxis(first: number, last: number): TimeAxis {
  return { from: last - Math.min(HOUR_MS, Math.max(10 * MINUTE_MS, last - first)), to: last };
}

/** The place of the moment nearest to `at` in a list that ascends; undefined when it is empty. */
export function nearestIndex(moments: readonly number[], at: number): number | undefined {
  let low = 0;
  let high = moments.length - 1;
  if (high < 0) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return Math.abs((moments[low] ?? 0) - at) <= Math.abs((moments[high] ?? 0) - at) ? low : high;
}

/** Longer than this without a sample, and the line is broken: nobody knows what was there. */
export const GAP_MS = 35_000;

/** Moments and the values of each line, with a moment without values in every gap. */
export function withGaps(
  moments: readonly number[],
  lines: readonly (readonly number[])[],
): [number[], ...(number | null)[][]] {
  const at: number[] = [];
  const values: (number | null)[][] = lines.map(() => []);
  moments.forEach((moment, index) => {
    const before = moments[index - 1];
    if (before !== undefined && moment - before > GAP_MS) {
      at.push(before + 1);
      for (const line of values) line.push(null);
    }
    at.push(moment);
    for (const [line, all] of lines.entries()) values[line]?.push(all[index] ?? null);
  });
  return [at, ...values];
}

export type Minute<K extends string> = { at: number; highest: Record<K, number> };

/** One row for each minute of the clock, newest first, with the highest that each value was in it. */
export function byMinute<K extends string>(
  samples: readonly ({ at: number } & Record<K, number>)[],
  keys: readonly K[],
): Minute<K>[] {
  const minutes = new Map<number, Record<K, number>>();
  for (const sample of samples) {
    const at = Math.floor(sample.at / MINUTE_MS) * MINUTE_MS;
    const known = minutes.get(at);
    const entries = keys.map((key) => [key, Math.max(known?.[key] ?? Number.NEGATIVE_INFINITY, sample[key])]);
    minutes.set(at, Object.fromEntries(entries) as Record<K, number>); // the keys just asked for
  }
  return [...minutes].map(([at, highest]) => ({ at, highest })).sort((a, b) => b.at - a.at);
}
