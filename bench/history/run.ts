import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRow } from '../bench-row.ts';
import { publishRun } from '../publish.ts';
import { catchUpRow } from './catch-up.ts';
import { composeRows } from './compose.ts';
import { millionRows } from './million.ts';
import { recordRow } from './record.ts';

type Sizes = { many: number; some: number };

const PARTS: Record<string, (folder: string, sizes: Sizes) => Promise<BenchRow[]>> = {
  record: async (folder, { some }) => [await recordRow(folder, some)],
  compose: (folder) => composeRows(folder),
  million: (folder, { many }) => millionRows(folder, many),
  'catch-up': async (folder, { some }) => [await catchUpRow(folder, some)],
};

export const parts = Object.keys(PARTS);

/** Measures the history on real files: recording, writing, reading a room of a million messages, and a newcomer's catching up. */
export async function run({ parts: asked, quick }: { parts: readonly string[]; quick: boolean }): Promise<BenchRow[]> {
  const sizes = quick ? { many: 20_000, some: 1_000 } : { many: 1_000_000, some: 10_000 };
  const rows: BenchRow[] = [];
  for (const part of asked.length > 0 ? asked : parts) {
    const folder = await mkdtemp(join(tmpdir(), 'parley-bench-history-'));
    try {
      rows.push(...((await PARTS[part]?.(folder, sizes)) ?? []));
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return rows;
}

/** Puts a run into docs/performance-history.md. */
export const publish = (rows: readonly BenchRow[]): Promise<void> => publishRun('performance-history', 'history', rows);
