import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../tests/support/repository.ts';
import type { BenchRow } from './bench-row.ts';

const END = '<!-- end of the run -->';

const number = (value: number): string =>
  Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString('en')
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 10
        ? value.toFixed(1)
        : value.toFixed(2);

const withRounds = (row: BenchRow): boolean => (row.rounds?.length ?? 0) > 1;

function line(row: BenchRow, columns: { rounds: boolean }): string {
  const rounds = row.rounds ?? [];
  const spread = withRounds(row) ? `${number(Math.min(...rounds))} to ${number(Math.max(...rounds))}` : '';
  const name = row.name.startsWith('  ') ? `– ${row.name.trim()}` : row.name;
  const cells = [
    name,
    `${number(row.value)} ${row.unit}`.trim(),
    ...(columns.rounds ? [spread] : []),
    row.ratio?.toFixed(2) ?? '',
    row.comparedWith ?? '',
    row.goal ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * Puts the table of a run into `docs/<page>.md`, between the comment that names the bench and the next one that ends a run. Throws where the
 * page has no place for it. `below` are paragraphs after the table.
 */
export async function publishRun(
  page: string,
  bench: string,
  rows: readonly BenchRow[],
  below: readonly string[] = [],
): Promise<void> {
  const path = join(REPOSITORY, 'docs', `${page}.md`);
  const begin = `<!-- a run of npm run bench -- ${bench} --write -->`;
  const [processor] = cpus();
  const machine =
    `Run of ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}.`;
  const columns = { rounds: rows.some(withRounds) };
  const heads = [
    'figure',
    'median',
    ...(columns.rounds ? ['lowest to highest round'] : []),
    'ratio',
    'compared with',
    'goal',
  ];
  const table = [
    `| ${heads.join(' | ')} |`,
    `| ${heads.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => line(row, columns)),
  ];
  const text = await readFile(path, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(END, from);
  if (from < begin.length || to < 0) throw new Error(`docs/${page}.md has no place for a run of ${bench}`);
  await writeFile(
    path,
    `${text.slice(0, from)}\n\n${machine}\n\n${[table.join('\n'), ...below].join('\n\n')}\n\n${text.slice(to)}`,
  );
}
