import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchRow } from './bench-row.ts';

const HELP = `npm run bench -- [names] [--json] [--quick] [--seconds=20] [--write]

Measures Parley on this computer and prints medians, what they are compared with, and the goals.
Nothing else should run meanwhile. Without names all of them run. A bench of several parts can be asked for some of
them: signaling relay idle. --json prints the rows as JSON, as the last line; --quick makes a short run that only shows
that everything works; --seconds is for how long signaling soaks; --write puts a run of signaling into
docs/performance.md, one of history, chat or files into docs/performance-history.md.
`;

/** Options of a bench with parts; the others have no use for them. */
type Wish = { parts: string[]; quick: boolean; seconds: number };

type Bench = {
  run(wish: Wish): Promise<BenchRow[]>;
  parts?: readonly string[];
  /** Writes a run into the documents. */
  publish?(rows: readonly BenchRow[]): Promise<void>;
};

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

async function load(name: string): Promise<Bench> {
  const module: unknown = await import(pathToFileURL(join(import.meta.dirname, name, 'run.ts')).href);
  if (!isBench(module)) throw new Error(`bench/${name}/run.ts exports no run()`);
  return module;
}

/** The value of `--name=value` as a number of at least 1. */
function numberOption(args: readonly string[], name: string, fallback: number): number {
  const given = Number(args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1]);
  return given >= 1 ? given : fallback;
}

async function main(args: readonly string[]): Promise<number> {
  const known = await benches();
  const names: string[] = [];
  const unknown: string[] = [];
  const parts = new Map<string, string[]>();
  for (const word of args.filter((arg) => !arg.startsWith('--'))) {
    const last = names.at(-1);
    // A part of the bench named last comes before a bench of that name: signaling join.
    if (last !== undefined && (await load(last)).parts?.includes(word)) parts.get(last)?.push(word);
    else if (known.includes(word) && !parts.has(word)) {
      names.push(word);
      parts.set(word, []);
    } else unknown.push(word);
  }
  if (unknown.length > 0 || args.includes('--help')) {
    if (unknown.length > 0)
      console.error(`There is no bench named ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`);
    console.error(HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  const rows: BenchRow[] = [];
  let failed = false;
  const quick = args.includes('--quick');
  const seconds = numberOption(args, 'seconds', 20);
  for (const name of names.length > 0 ? names : known) {
    const asked = parts.get(name) ?? [];
    // Part by part, so that one that fails leaves the others their rows.
    const own: BenchRow[] = [];
    const portions = asked.length > 0 ? asked : ((await load(name)).parts ?? [undefined]);
    for (const part of portions) {
      console.error(`${name}${part === undefined ? '' : ` ${part}`} …`);
      try {
        own.push(...(await (await load(name)).run({ parts: part === undefined ? [] : [part], quick, seconds })));
      } catch (error) {
        failed = true;
        console.error(`${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    rows.push(...own);
    if (!args.includes('--write')) continue;
    try {
      await (await load(name)).publish?.(own);
    } catch (error) {
      failed = true;
      console.error(
        `The run of ${name} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  if (args.includes('--json')) {
    console.error(table(rows));
    console.log(JSON.stringify(rows));
  } else console.log(table(rows));
  return failed ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
