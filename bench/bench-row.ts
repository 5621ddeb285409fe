/** One measured figure: a median unless the name says otherwise, in the unit it names, beside what it is compared with. */
export type BenchRow = {
  name: string;
  value: number;
  unit: string;
  comparedWith?: string;
  ratio?: number;
  goal?: string;
  /** The figure of each round, where there were several. */
  rounds?: number[];
};
