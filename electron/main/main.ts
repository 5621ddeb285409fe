/** Electron's main process; everything is in desktop-app.ts. */
import { join } from 'node:path';
import { systemClock } from '@parley/shared/timing';
import * as electron from 'electron';
import { streamLog } from '#core/adapters/stream-log.ts';
import { runDesktop } from './desktop-app.ts';

const log = streamLog((line) => process.stderr.write(line), 'warn', systemClock.now);

runDesktop(electron, {
  out: join(import.meta.dirname, '..'),
  argv: process.argv,
  env: process.env,
  platform: process.platform,
  clock: systemClock,
  log,
  ports: { historyWorkerUrl: new URL('./history-worker.js', import.meta.url) },
}).catch((error: unknown) => {
  log.error('could not start', { reason: error instanceof Error ? error.message : 'unknown' });
  electron.app.exit(1);
});
