/** A value of a chart at a moment; null where nothing was measured. */
export type ChartPoint = { atMs: number; value: number | null };

/** With a longer pause than this between two readings the line breaks: nobody knows what was in between. */
const BREAK_MS = 6_000;

export type ChartFrame = { width: number; height: number; fromMs: number; untilMs: number; max: number };

/** The line through these points as the `d` of an SVG path, in a frame whose lower edge is zero. Empty without points. */
export function chartPath(points: readonly ChartPoint[], frame: ChartFrame): string {
  const { width, height, fromMs, untilMs, max } = frame;
  const parts: string[] = [];
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, value } of points) {
    if (value === null || atMs < fromMs || atMs > untilMs) continue;
    const x = ((atMs - fromMs) / (untilMs - fromMs)) * width;
    const y = height - Math.min(1, Math.max(0, value / max)) * height;
    const place = `${rounded(x)} ${rounded(y)}`;
    // A dot where a line begins, so that a single reading is seen too.
    parts.push(atMs - drawnAtMs > BREAK_MS ? `M${place}h0.01` : `L${place}`);
    drawnAtMs = atMs;
  }
  return parts.join('');
}

/** The upper edge of a chart: the next of 1, 2, 3 and 5 times a power of ten above all values, and no less than `least`. */
export function chartMax(values: readonly number[], least: number): number {
  const highest = values.reduce((most, each) => Math.max(most, each), least);
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 3, 5, 10].map((step) => step * power).find((step) => step >= highest * (1 - 1e-9)) ?? highest;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
