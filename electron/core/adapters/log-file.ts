import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../ports.ts';
import { type LogLevel, streamLog } from './stream-log.ts';

/** Above this size a start begins a new file; the one before is kept. */
const KEEP_BELOW_BYTES = 2 * 1024 * 1024;

/** The log in the profile's folder. A disk that cannot take it stops nothing. */
export function openLogFile(
  profile: string,
  lowest: LogLevel,
  now: () => number,
): { log: Log; close(): Promise<void> } {
  const file = join(profile, 'parley.log');
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    if (statSync(file).size > KEEP_BELOW_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet, or the folder cannot be written: the core says that better.
  }
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // This is the log itself, so a failure has no other place. A full disk must not end the app.
  stream.on('error', () => undefined);
  return {
    log: streamLog((line) => void stream.write(line), lowest, now),
    close: () =>
      new Promise((resolve) => {
        stream.once('close', resolve);
        if (stream.destroyed) resolve();
        else stream.end();
      }),
  };
}
