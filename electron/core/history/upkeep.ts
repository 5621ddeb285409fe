import { BACKUP_EVERY_MS, backUpIfOld, isBackupDue } from './backup.ts';
import { checkInSteps } from './check-history.ts';
import type { WritableDb } from './database.ts';
import { isDamage } from './history-errors.ts';
import { mergeSearchIndex } from './merge-index.ts';

/** The share of time that a step leaves to other work: four times as long as a step takes, and at least this. */
const PAUSE_MIN_MS = 10;
const PAUSE_RATIO = 4;

/**
 * What is done for an open history beside the calls: once a day, or after the app did not end by itself, everything is read
 * through in small steps, copied, and the search index merged in steps. A damaged file is never copied over a good backup.
 */
export function createUpkeep(options: {
  db: WritableDb;
  file: string;
  delayMs: number;
  /** Whether everything has to be read soon, whatever the age of the backup. */
  unchecked: boolean;
  backedUp(): void;
  failed(thrown: unknown): void;
  damaged(): void;
}) {
  const { db, file, delayMs, backedUp, failed, damaged } = options;
  let { unchecked } = options;
  let timer: NodeJS.Timeout | undefined;
  let copying: Promise<void> = Promise.resolve();
  /** Raised with each start and stop: what was begun before ends. */
  let turn = 0;
  const after = (ms: number, work: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };

  const look = () => {
    const mine = turn;
    try {
      if (!unchecked && !isBackupDue(db, file, Date.now())) return after(BACKUP_EVERY_MS / 4, look);
    } catch (thrown) {
      failed(thrown);
      return after(BACKUP_EVERY_MS / 4, look);
    }
    inSteps(mine, checkInSteps(db), () => copy(mine));
  };

  /** Takes one step after the other, with pauses for other work. */
  const inSteps = (mine: number, steps: Iterator<void>, done: () => void) => {
    const step = () => {
      if (turn !== mine) return;
      const startedAt = performance.now();
      try {
        if (steps.next().done) return done();
      } catch (thrown) {
        if (isDamage(thrown)) return damaged();
        failed(thrown);
        return after(BACKUP_EVERY_MS / 4, look);
      }
      after(Math.max(PAUSE_MIN_MS, PAUSE_RATIO * (performance.now() - startedAt)), step);
    };
    step();
  };

  const copy = (mine: number) => {
    unchecked = false;
    const isOver = () => turn !== mine;
    copying = backUpIfOld(db, file, Date.now(), isOver).then(
      (made) => {
        if (made && !isOver()) backedUp();
      },
      (thrown: unknown) => {
        if (!isOver()) failed(thrown);
      },
    );
    // After the copy: a day without a backup would be worse than a slower search.
    void copying.then(() => inSteps(mine, mergeSearchIndex(db), () => after(BACKUP_EVERY_MS / 4, look)));
  };

  return {
    /** Looks whether something is due, after the delay. What was under way ends. */
    start(): void {
      turn++;
      after(delayMs, look);
    },
    /** Ends what is under way; resolves when no copy is being made any more. */
    stop(): Promise<void> {
      turn++;
      clearTimeout(timer);
      return copying;
    },
  };
}
