import { z } from 'zod';
import { BackupEvery, BackupState } from '../model/index.ts';

const Nothing = z.object({}).strict();
const Word = z.string().max(40);

/** Encrypted backups of the whole profile, and coming back from one. */
export const backupCalls = {
  'backup.state': { input: Nothing, output: BackupState },
  /** A new recovery phrase: 12 words, shown once, and the places (from 0) of two that are asked back. It counts when they were. */
  'backup.new-phrase': {
    input: Nothing,
    output: z.object({ words: z.array(Word).length(12), asked: z.tuple([z.number().int(), z.number().int()]) }),
  },
  /**
   * Takes the two words that were asked back; refuses with `phrase-words-wrong`. Then asks for a folder where none is known, and begins the
   * first backup. Refuses with `cancelled` where no folder was chosen, and with `work-running` beside other long work: the phrase still waits.
   */
  'backup.confirm-phrase': { input: z.object({ words: z.tuple([Word, Word]) }).strict(), output: BackupState },
  /** Begins a backup now. */
  'backup.make': { input: Nothing, output: Nothing },
  'backup.change': { input: z.object({ every: BackupEvery }).strict(), output: BackupState },
  'backup.choose-folder': { input: Nothing, output: BackupState },
  /** No more backups. Those that were made stay where they are and open with their phrase. */
  'backup.turn-off': { input: Nothing, output: BackupState },
  /** Asks for a backup file to restore. */
  'backup.choose-file': { input: Nothing, output: z.object({ name: z.string() }) },
  /**
   * Restores the chosen backup into this profile, which must be a fresh one (`not-allowed`). Begins work; when it is done, the app opens anew
   * with what was restored, and says `app.restarted`. Refuses with `phrase-invalid` before it begins; the work fails with `profile-begun`
   * where the profile is not fresh any more at its end.
   */
  'backup.restore': { input: z.object({ phrase: z.string().max(1_000) }).strict(), output: Nothing },
} as const;

export const backupEvents = {
  'backup.changed': BackupState,
  /** Everything behind the bridge is another than before: pages have to load anew. */
  'app.restarted': Nothing,
} as const;
