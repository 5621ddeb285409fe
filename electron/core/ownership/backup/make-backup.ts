import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupManifest } from '@parley/shared/model';
import { type Bytes, ParleyError } from '@parley/shared/protocol';
import type { HistoryClient } from '../../history/history-client.ts';
import { removeDatabase } from '../../history/history-files.ts';
import type { SecretStore } from '../../ports.ts';
import { dateOf, nameFile, newFile } from '../new-files.ts';
import type { Progress } from '../work.ts';
import { addBytes, addFile } from './parts.ts';
import { Sealer } from './sealed-file.ts';
import { readSecrets } from './secrets.ts';

export type BackupSource = {
  /** The folder of the profile. */
  profile: string;
  seed: Bytes;
  history: Pick<HistoryClient, 'rooms' | 'servers' | 'setRoomSecrets' | 'setRight' | 'copyTo' | 'stopCopying'>;
  secrets: SecretStore;
  now: () => number;
};

export const BACKUP_ENDING = '.parley-backup';
/** Files of the profile that go into a backup as they are. */
export const PLAIN_PARTS = ['settings.json', 'server.port', 'background.jpg'] as const;
/** What is known of files, without the files themselves; voice messages are words, and go along. */
export const FILE_PART = /^files\/[0-9a-f]{32}\.(?:json|hashes|voice)$/;
export const HISTORY_PART = 'history.db';

/** The copy of the history that a backup is made of; one that was left behind is removed at the next start. */
export const historyCopyOf = (profile: string): string => join(profile, 'backup-copy.db');

/** Removes what a backup that was broken off left behind. */
export const removeHistoryCopy = (profile: string): void => removeDatabase(historyCopyOf(profile));

/**
 * Seals the whole profile into a new file in `folder`: the device's key, rooms, servers, settings, the history and what is known of files, not
 * the files themselves but for voice messages. It has its name only once it is whole; `begun` hears where it is until then. Answers its path and size. Throws
 * `disk-full`, `disk-read-only`, `cancelled`; then no file is left.
 */
export async function makeBackup(
  source: BackupSource,
  folder: string,
  entropy: Bytes,
  progress: Progress,
  begun: (part: string) => void,
): Promise<{ path: string; name: string; bytes: number }> {
  const { profile, seed, history, secrets, now } = source;
  const madeAt = now();
  if (!existsSync(folder)) throw new ParleyError('backup-folder-missing');
  const name = `Parley ${dateOf(madeAt)}${BACKUP_ENDING}`;
  // A name of its own: other computers may write into the same folder.
  const file = await newFile(folder, `${name}.${randomBytes(4).toString('hex')}.part`);
  try {
    begun(file.path);
    const copy = historyCopyOf(profile);
    const stop = () => void history.stopCopying();
    progress.signal.addEventListener('abort', stop, { once: true });
    await history.copyTo(copy).finally(() => progress.signal.removeEventListener('abort', stop));
    progress.step(0);
    const sealer = new Sealer(entropy, (bytes) => file.write(bytes));
    const manifest: BackupManifest = {
      format: 'parley-backup',
      version: 1,
      madeAt,
      secrets: await readSecrets(seed, history, secrets),
    };
    await addBytes(sealer, 'manifest.json', Buffer.from(JSON.stringify(manifest)));
    const step = (bytes: number) => progress.step(bytes);
    for (const part of [...PLAIN_PARTS, ...fileParts(profile)]) {
      if (existsSync(join(profile, part))) await addFile(sealer, part, join(profile, part), step);
    }
    await addFile(sealer, HISTORY_PART, copy, step);
    await sealer.finish();
    await file.finish();
    const named = await nameFile(file.path, name);
    return { ...named, bytes: statSync(named.path).size };
  } catch (error) {
    await file.abandon();
    throw error;
  } finally {
    removeHistoryCopy(profile);
  }
}

/** About how many bytes a backup reads. */
export const backupBytes = (profile: string): number => {
  const file = join(profile, HISTORY_PART);
  return existsSync(file) ? statSync(file).size : 0;
};

function fileParts(profile: string): string[] {
  const folder = join(profile, 'files');
  return (existsSync(folder) ? readdirSync(folder) : [])
    .map((name) => `files/${name}`)
    .filter((name) => FILE_PART.test(name));
}
