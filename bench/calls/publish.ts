import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../tests/support/repository.ts';
import { publishRun } from '../publish.ts';
import type { CallRow } from './call-row.ts';
import { drawChart } from './chart.ts';

/** Puts a run into docs/performance.md, with the picture of each scenario below the table. */
export async function publish(rows: readonly CallRow[]): Promise<void> {
  const charts = rows.flatMap(({ chart }) => (chart ? [chart] : []));
  for (const chart of charts)
    await writeFile(join(REPOSITORY, 'docs', 'pictures', `call-${chart.name}.svg`), drawChart(chart));
  const pictures = charts.map(({ name, title }) => `![Frames per second: ${title}](pictures/call-${name}.svg)`);
  await publishRun('performance', 'calls', rows, pictures);
}
