type Summary = Readonly<Record<string, { lines: { total: number; covered: number } }>>;
export function coverageLines(summary: Summary, root: string): string[];
export function printCoverage(root: string): void;
