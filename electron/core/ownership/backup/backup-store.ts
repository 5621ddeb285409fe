import { existsSync, readFileSync, rmSync } from 'node:fs';
import { BackupSettings, type BackupState } from '@parley/shared/model';
import { writeFileAtomically } from '../../atomic-file.ts';

/** What the profile remembers about its backups, in `backup.json`; null while they are off. A file that cannot be read counts as off. */
export function openBackupStore(file: string) {
  let settings = read(file);
  return {
    get: (): BackupSettings | null => settings,
    /** Throws `disk-full` or `disk-read-only`. */
    set(next: BackupSettings): void {
      writeFileAtomically(file, `${JSON.stringify(next, null, 2)}\n`);
      settings = next;
    },
    clear(): void {
      rmSync(file, { force: true });
      settings = null;
    },
    state(): BackupState {
      if (!settings) return { at: 'off' };
      const { folder, every, last } = settings;
      return { at: 'on', folder, every, last };
    },
  };
}

function read(file: string): BackupSettings | null {
  try {
    const parsed = BackupSettings.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON. The person sets backups up anew; those that were made open with their phrase.
    return null;
  }
}
