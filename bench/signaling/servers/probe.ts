import { setTimeout as pause } from 'node:timers/promises';
import type { Usage } from './usage.ts';

/**
 * Loaded before a server under measurement (`--import`), whichever it is: answers over IPC what the process has used so
 * far. CPU time of all its threads, so collecting and hashing in the background count as well.
 */
process.on('message', (asked: unknown) => {
  if (typeof asked !== 'object' || asked === null || !('ask' in asked)) return;
  if (asked.ask === 'usage') process.send?.(usage());
  else if (asked.ask === 'settled-usage') void collect().then(() => process.send?.(usage()));
});

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { type: 'usage', cpuMs: (user + system) / 1_000, rssBytes: rss, heapBytes: heapUsed };
}

/** Collects everything that nobody holds and gives the pages back, as far as V8 can be asked to. */
async function collect(): Promise<void> {
  if (!globalThis.gc) throw new Error('the probe needs --expose-gc');
  for (let i = 0; i < 3; i++) {
    await globalThis.gc({ execution: 'async', type: 'major', flavor: 'last-resort' });
    await pause(100);
  }
}
