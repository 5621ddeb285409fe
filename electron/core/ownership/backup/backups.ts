import { randomInt } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { BackupEvery, BackupSettings, BackupState } from '@parley/shared/model';
import { type Bytes, fromBase64Url, ParleyError, refusalOf, toBase64Url } from '@parley/shared/protocol';
import type { Emit } from '../../event-hub.ts';
import { asFileError } from '../../file-errors.ts';
import type { Clock, Log } from '../../ports.ts';
import { unlock } from '../../unlock.ts';
import type { Choose } from '../choose.ts';
import type { Progress, Work } from '../work.ts';
import { openBackupStore } from './backup-store.ts';
import { type BackupSource, backupBytes, makeBackup } from './make-backup.ts';
import { entropyOf, newPhrase } from './phrase.ts';
import { unpackBackup } from './restore-backup.ts';

/** How many backups stay in the folder. */
const KEPT = 3;
const HOUR_MS = 3_600_000;
const AGE_MS: Record<Exclude<BackupEvery, 'asked'>, number> = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS };

export type BackupParts = {
  source: BackupSource;
  /** `backup.json` in the profile. */
  file: string;
  work: Work;
  clock: Clock;
  emit: Emit;
  log: Log;
  /** The places that the person chose; throws `cancelled` where none was. */
  choose: Choose;
  /** Whether nothing is in this profile yet that a restore would replace. */
  isFresh: () => Promise<boolean>;
  /** Opens the core anew, with what was restored. */
  restart: () => void;
};

/** Encrypted backups: the phrase, the folder, when one is due, and coming back from one. */
export function createBackups(parts: BackupParts) {
  const { source, work, clock, emit, log, choose } = parts;
  const store = openBackupStore(parts.file);
  let pending: { words: string[]; entropy: Bytes; asked: [number, number] } | null = null;
  let chosenFile: string | null = null;

  const told = (): BackupState => {
    const state = store.state();
    emit('backup.changed', state);
    return state;
  };
  const needSettings = (): BackupSettings => {
    const settings = store.get();
    if (!settings) throw new ParleyError('not-allowed');
    return settings;
  };

  /** The settings, where they are still those of a backup into `folder` with `entropy`: they can change while it is made. */
  const settingsOf = ({ folder, entropy }: BackupSettings): BackupSettings | null => {
    const settings = store.get();
    return settings?.folder === folder && settings.entropy === entropy ? settings : null;
  };

  /** Where its disk is away, or another program holds it open, it stays; the new one is no worse for it. */
  const removeOld = (path: string) => {
    try {
      rmSync(path, { force: true });
    } catch (thrown) {
      log.info('an old backup stays', { code: asFileError(thrown).code });
    }
  };

  /** Makes one and removes the oldest of those that were made here before. */
  const make = async (progress: Progress) => {
    const used = needSettings();
    const { folder, entropy } = used;
    const key = await unlock(source.secrets, fromBase64Url(entropy) ?? new Uint8Array());
    try {
      if (used.part !== null) removeOld(used.part);
      const { path, name, bytes } = await makeBackup(source, folder, key, progress, (part) => {
        const settings = settingsOf(used);
        if (settings) store.set({ ...settings, part });
      });
      const settings = settingsOf(used);
      if (settings) {
        // One that the person removed leaves its name to a newer one.
        const written = [path, ...settings.written.filter((each) => each !== path)];
        const last = { ok: true as const, at: clock.now(), name, bytes };
        store.set({ ...settings, last, written: written.slice(0, KEPT), part: null });
        for (const old of written.slice(KEPT)) removeOld(old);
      }
      return { kind: 'backup' as const, name, bytes };
    } catch (error) {
      const { code, message } = refusalOf(error);
      const settings = settingsOf(used);
      if (settings && code !== 'cancelled')
        store.set({ ...settings, last: { ok: false, at: clock.now(), code, message } });
      throw error;
    } finally {
      told();
    }
  };
  const begin = () => work.start('backup', backupBytes(source.profile), make);

  /** Looks each hour whether a backup is due. One that failed is tried again then. */
  const look = () => {
    undo = clock.after(HOUR_MS, look);
    const settings = store.get();
    if (!settings || work.state().at === 'running') return;
    const { last, every } = settings;
    if (every === 'asked') return;
    if (last?.ok && Math.abs(clock.now() - last.at) < AGE_MS[every]) return;
    try {
      begin();
    } catch (error) {
      log.info('a backup waits', { code: refusalOf(error).code });
    }
  };
  // The start of the app comes first.
  let undo = clock.after(2 * 60_000, look);

  return {
    state: () => store.state(),
    newPhrase() {
      const { words, entropy } = newPhrase();
      const first = randomInt(words.length - 1);
      pending = { words, entropy, asked: [first, randomInt(first + 1, words.length)] };
      return { words, asked: pending.asked };
    },
    async confirmPhrase(typed: readonly string[]): Promise<BackupState> {
      // A backup that runs is sealed with the words before these.
      work.check();
      if (!pending) throw new ParleyError('phrase-words-wrong');
      const { words, asked, entropy } = pending;
      const isRight = asked.every((place, index) => typed[index]?.trim().toLowerCase() === words[place]);
      if (!isRight) throw new ParleyError('phrase-words-wrong');
      const before = store.get();
      const folder = before?.folder ?? (await choose('backup-folder'))[0];
      const wrapped = await source.secrets.wrap(entropy);
      // One may have become due meanwhile.
      work.check();
      store.set({
        version: 1,
        folder,
        every: before?.every ?? 'day',
        entropy: toBase64Url(wrapped),
        last: null,
        // Those of an earlier phrase are left alone.
        written: [],
        part: before?.part ?? null,
      });
      pending = null;
      begin();
      return told();
    },
    make(): void {
      needSettings();
      begin();
    },
    change(every: BackupEvery): BackupState {
      store.set({ ...needSettings(), every });
      return told();
    },
    async chooseFolder(): Promise<BackupState> {
      needSettings();
      const [folder] = await choose('backup-folder');
      work.check();
      store.set({ ...needSettings(), folder, last: null, written: [] });
      begin();
      return told();
    },
    turnOff(): BackupState {
      store.clear();
      return told();
    },
    async chooseFile() {
      const [path] = await choose('backup-file');
      chosenFile = path;
      return { name: basename(path) };
    },
    async restore(phrase: string): Promise<void> {
      const path = chosenFile;
      if (path === null) throw new ParleyError('backup-invalid');
      const entropy = entropyOf(phrase);
      if (!(await parts.isFresh())) throw new ParleyError('not-allowed');
      work.start(
        'restore',
        statSync(path, { throwIfNoEntry: false })?.size ?? 0,
        async (progress) => {
          await unpackBackup(source.profile, path, entropy, source.secrets, progress, parts.isFresh);
          return { kind: 'restore' };
        },
        parts.restart,
      );
    },
    close: () => undo(),
  };
}

export type Backups = ReturnType<typeof createBackups>;
