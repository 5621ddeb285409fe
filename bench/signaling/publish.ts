import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../../tests/support/repository.ts';
import type { SignalingRow } from './measure.ts';
import { drawPicture } from './picture.ts';

const PAGE = join(REPOSITORY, 'docs', 'performance.md');
const PICTURE = join(REPOSITORY, 'docs', 'pictures', 'signaling-bench.svg');
const BEGIN = '<!-- a run of npm run bench -- signaling --write -->';
const END = '<!-- end of the run -->';

const number = (value: number): string =>
  Math.abs(value) >= 1_000
    ? Math.round(value).toLocaleString('en')
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 10
        ? value.toFixed(1)
        : value.toFixed(2);

function line(row: SignalingRow): string {
  const rounds = row.rounds ?? [];
  const spread = rounds.length > 1 ? `${number(Math.min(...rounds))} to ${number(Math.max(...rounds))}` : '';
  const name = row.name.startsWith('  ') ? `– ${row.name.trim()}` : row.name;
  const cells = [
    name,
    `${number(row.value)} ${row.unit}`.trim(),
    spread,
    row.ratio?.toFixed(2) ?? '',
    row.comparedWith ?? '',
    row.goal ?? '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Puts a run into docs/performance.md and draws its picture. */
export async function publish(rows: readonly SignalingRow[]): Promise<void> {
  const [processor] = cpus();
  const machine =
    `Run of ${new Date().toISOString().slice(0, 10)} on ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}.`;
  const table = [
    '| figure | median | lowest to highest round | ratio | compared with | goal |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(line),
  ];
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${PAGE} has no place for a run`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${machine}\n\n${table.join('\n')}\n\n${END}${after}`);
  await writeFile(PICTURE, drawPicture(rows));
}
