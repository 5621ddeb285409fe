import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accept, type Outcome, ParleyError, refuse } from '@parley/shared/protocol';
import { asFileError } from './file-errors.ts';
import { openLock } from './history/open-history.ts';

/**
 * Takes a profile for this process alone. The lock is SQLite's on a small file of its own, so the system lets
 * go of it however the process ends. Refuses with `already-running`, `disk-read-only` or `disk-full`.
 */
export function lockProfile(profile: string): Outcome<{ close(): void }> {
  try {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32') chmodSync(profile, 0o700);
    return accept(openLock(join(profile, 'lock.db')));
  } catch (thrown) {
    const error = thrown instanceof ParleyError ? thrown : asFileError(thrown);
    return error.code === 'history-locked' ? refuse('already-running') : error.toRefusal();
  }
}
