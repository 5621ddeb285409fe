/** Where things lie in a chart. Pure: no pixels, only shares of the width and height. */

export type Axis = { max: number; ticks: number[] };

/** An axis from 0 that ends on a round number at or above `highest`, with two to five round steps of `smallest` or more. */
export function roundAxis(highest: number, smallest = 0): Axis {
  const most = Number.isFinite(highest) && highest > 0 ? highest : 1;
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough - power * 1e-9) ?? 10 * power;
  const used = Math.max(smallest, step);
  const steps = Math.max(1, Math.ceil(most / used - 1e-9));
  const tidy = (value: number) => Number(value.toPrecision(12));
  return { max: tidy(used * steps), ticks: Array.from({ length: steps + 1 }, (_, index) => tidy(used * index)) };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type TimeAxis = { from: number; to: number; ticks: number[] };

/** From the first to the last moment, at least ten minutes and at most an hour; ticks on full minutes of the clock. */
export function timeAxis(first: number, last: number): TimeAxis {
  const span = Math.min(HOUR_MS, Math.max(10 * MINUTE_MS, last - first));
  const from = last - span;
  const every = ([2, 5, 10, 15].find((minutes) => span / (minutes * MINUTE_MS) <= 5) ?? 15) * MINUTE_MS;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / every) * every; at <= last; at += every) ticks.push(at);
  return { from, to: last, ticks };
}

export const shareOf = (value: number, from: number, to: number): number =>
  to === from ? 0 : Math.min(1, Math.max(0, (value - from) / (to - from)));

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

type Point = { x: number; y: number };

/** Longer than this without a sample, and the line is broken: nobody knows what was there. */
export const GAP_MS = 35_000;

/** The runs of points without a gap, each in shares of the plot: x from left, y from the top. */
export function runsOf(
  samples: readonly { at: number }[],
  valueAt: (index: number) => number,
  time: TimeAxis,
  axis: Axis,
): Point[][] {
  const runs: Point[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  samples.forEach(({ at }, index) => {
    if (at < time.from || at > time.to) return;
    if (at - before > GAP_MS) runs.push([]);
    before = at;
    runs.at(-1)?.push({ x: shareOf(at, time.from, time.to), y: 1 - shareOf(valueAt(index), 0, axis.max) });
  });
  return runs;
}

const place = ({ x, y }: Point): string => `${(x * 1_000).toFixed(1)} ${(y * 1_000).toFixed(1)}`;

/** An SVG path in a box of 1,000 × 1,000. A single point becomes a dash that can be seen. */
export const linePath = (runs: readonly (readonly Point[])[]): string =>
  runs
    .map((run) => {
      const [first, ...others] = run.map(place);
      if (first === undefined) return '';
      return others.length === 0 ? `M${first}h2` : `M${first}L${others.join('L')}`;
    })
    .join('');

/** The same, closed down to the axis. */
export const areaPath = (runs: readonly (readonly Point[])[]): string =>
  runs
    .map((run) => {
      const first = run[0];
      const last = run.at(-1);
      if (!first || !last || run.length < 2) return '';
      return `M${(first.x * 1_000).toFixed(1)} 1000L${run.map(place).join('L')}L${(last.x * 1_000).toFixed(1)} 1000Z`;
    })
    .join('');

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
