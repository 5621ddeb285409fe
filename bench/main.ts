import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchRow } from './bench-row.ts';

const HELP = `npm run bench -- [names] [--json]

Measures Parley on this computer and prints medians, what they are compared with, and the goals.
Nothing else should run meanwhile. Without names all of them run.
`;

type Bench = { run(): Promise<BenchRow[]> };

function isBench(module: unknown): module is Bench {
  return typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';
}

async function benches(): Promise<string[]> {
  const folders = await readdir(import.meta.dirname, { withFileTypes: true });
  return folders
    .filter((entry) => entry.isDirectory() && existsSync(join(import.meta.dirname, entry.name, 'run.ts')))
    .map((entry) => entry.name)
    .toSorted();
}

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** The rows as a table, columns as wide as they need to be. */
function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${number(row.value)} ${row.unit}`,
    row.comparedWith ?? '',
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.goal ?? '',
  ]);
  const lines = [['figure', 'median', 'compared with', 'ratio', 'goal'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const known = await benches();
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 || args.includes('--help')) {
    if (unknown.length > 0)
      console.error(`There is no bench named ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`);
    console.error(HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  const rows: BenchRow[] = [];
  let failed = false;
  for (const name of names.length > 0 ? names : known) {
    console.error(`${name} …`);
    try {
      const module: unknown = await import(pathToFileURL(join(import.meta.dirname, name, 'run.ts')).href);
      if (!isBench(module)) throw new Error(`bench/${name}/run.ts exports no run()`);
      rows.push(...(await module.run()));
    } catch (error) {
      failed = true;
      console.error(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(args.includes('--json') ? JSON.stringify(rows) : table(rows));
  return failed ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
