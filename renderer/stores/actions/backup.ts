import type { BackupEvery, BackupState } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

/** A new recovery phrase, and the places (from 0) of the words that are asked back. */
export type NewPhrase = { words: readonly string[]; asked: readonly [number, number] };

export interface BackupActions {
  readBackups: () => Promise<Outcome<BackupState>>;
  newPhrase: () => Promise<Outcome<NewPhrase>>;
  /** Takes the two words that were asked back, asks for a folder where none is known, and begins the first backup. */
  confirmPhrase: (words: readonly [string, string]) => Promise<Outcome<BackupState>>;
  makeBackup: () => Promise<Outcome<unknown>>;
  changeBackups: (every: BackupEvery) => Promise<Outcome<BackupState>>;
  chooseBackupFolder: () => Promise<Outcome<BackupState>>;
  turnBackupsOff: () => Promise<Outcome<BackupState>>;
  /** Asks for a backup to restore; answers its name. */
  chooseBackup: () => Promise<Outcome<{ name: string }>>;
  /** Begins; the app opens anew when it is done. */
  restoreBackup: (phrase: string) => Promise<Outcome<unknown>>;
}

export function createBackupActions({ ports, store, tell, tellUnlessCancelled }: ActionContext): BackupActions {
  const { bridge } = ports;
  const kept = (outcome: Outcome<BackupState>): Outcome<BackupState> => {
    if (outcome.ok) store.setState({ backups: outcome.value });
    return outcome;
  };
  return {
    readBackups: async () => kept(await bridge.call('backup.state', {})),
    newPhrase: async () => tell(await bridge.call('backup.new-phrase', {})),
    confirmPhrase: async ([first, second]) =>
      kept(await bridge.call('backup.confirm-phrase', { words: [first, second] })),
    makeBackup: async () => tell(await bridge.call('backup.make', {})),
    changeBackups: async (every) => tell(kept(await bridge.call('backup.change', { every }))),
    chooseBackupFolder: async () => tellUnlessCancelled(kept(await bridge.call('backup.choose-folder', {}))),
    turnBackupsOff: async () => tell(kept(await bridge.call('backup.turn-off', {}))),
    chooseBackup: () => bridge.call('backup.choose-file', {}),
    restoreBackup: (phrase) => bridge.call('backup.restore', { phrase }),
  };
}
