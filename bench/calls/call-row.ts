import type { BenchRow } from '../bench-row.ts';

/** Frames shown in each second of a scenario, at each end. */
export type Chart = {
  name: string;
  title: string;
  series: { name: string; perSecond: number[] }[];
  /** Moments of the scenario, in seconds from the beginning of the chart. */
  marks: { atS: number; text: string }[];
};

/** A row of the table; the first of a scenario has its chart. */
export type CallRow = BenchRow & { chart?: Chart };
