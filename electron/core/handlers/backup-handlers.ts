import type { Backups } from '../ownership/backup/backups.ts';
import type { HandlersOf } from '../router.ts';

/** Encrypted backups of the whole profile. */
export function backupHandlers(backups: Backups): HandlersOf<'backup'> {
  return {
    'backup.state': () => backups.state(),
    'backup.new-phrase': () => backups.newPhrase(),
    'backup.confirm-phrase': ({ words }) => backups.confirmPhrase(words),
    'backup.make': () => {
      backups.make();
      return {};
    },
    'backup.change': ({ every }) => backups.change(every),
    'backup.choose-folder': () => backups.chooseFolder(),
    'backup.turn-off': () => backups.turnOff(),
    'backup.choose-file': () => backups.chooseFile(),
    'backup.restore': async ({ phrase }) => {
      await backups.restore(phrase);
      return {};
    },
  };
}
