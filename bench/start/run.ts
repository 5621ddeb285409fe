import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from '../../tests/support/app-host.ts';
import { openBrowser } from '../../tests/support/browser.ts';
import { ensureBuilt } from '../../tests/support/built.ts';
import type { BenchRow } from '../bench-row.ts';
import { median } from '../statistics.ts';

const ROUNDS = 5;

/**
 * From starting the app (its core and its own signaling server, a new profile) to a window in which a name can be
 * typed, the start of Chromium included.
 */
export async function run(): Promise<BenchRow[]> {
  await ensureBuilt();
  const ready: number[] = [];
  const usable: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const profile = await mkdtemp(join(tmpdir(), 'parley-bench-start-'));
    const startedAt = performance.now();
    const host = await startHost({ profile, args: [] });
    ready.push(performance.now() - startedAt);
    const browser = await openBrowser();
    try {
      await browser.page.goto(host.url);
      await browser.page.getByRole('textbox', { name: 'Your name' }).waitFor();
      usable.push(performance.now() - startedAt);
    } finally {
      await browser.close();
      await host.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return [
    { name: 'start → usable window', value: median(usable) / 1000, unit: 's', goal: '≤ 5 s' },
    { name: '  of it, core and own server ready', value: median(ready) / 1000, unit: 's' },
  ];
}
