import { closeSync, openSync } from 'node:fs';
import { newestOf } from './backup.ts';
import type { WritableDb } from './database.ts';
import { forgetCopies, forgetStaleCopies, partOf, removeDatabase, replaceDatabase } from './history-files.ts';

const RETRY_MS = 1_000;
const RETRY_AT_CLOSE_MS = 50;
/** How long closing waits for another program to let go of the file. */
const CLOSE_WAIT_MS = 2_000;

/** In the file's header from the deletion of a room on, until a clean copy took its place. */
const UNCLEAN = 1;
/** Notes inside a transaction that a room is deleted by it. */
export const noteDeletion = (db: WritableDb): void => void db.pragma(`application_id = ${UNCLEAN}`);

/**
 * Sees to it that what was deleted leaves no trace beside the history: no copy, and nothing in the write-ahead log or in
 * pages that the log would have replaced. Another program that reads the file holds both back.
 */
export function createTraces(options: { db: WritableDb; file: string; wait(ms: number): Promise<void> }) {
  const { db, file, wait } = options;
  let pending = false;
  let timer: NodeJS.Timeout | undefined;

  /** Writes the log back and empties it; false while another program reads, or the disk takes nothing. */
  const emptyLog = (): boolean => {
    try {
      return db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').pluck().get() === 0;
    } catch {
      return false;
    }
  };
  const goOn = () => {
    clearTimeout(timer);
    pending = !emptyLog();
    if (pending) timer = setTimeout(goOn, RETRY_MS);
  };

  return {
    /** Something was deleted, now or before the app ended last. */
    deleted: goOn,
    /** Removes the backups and what was set aside. Call it again when a copy that was being made has ended. */
    forgetCopies(): void {
      try {
        forgetCopies(file);
      } catch {
        // Windows keeps a copy that is still being made until it has ended.
      }
    },
    /** A backup was made: removes the copies that would keep what goes by its time. */
    forgetStaleCopies(): void {
      try {
        forgetStaleCopies(file, newestOf(db, file));
      } catch {
        // The next backup tries again.
      }
    },
    /**
     * Closes the connection. Where a room was deleted, or another program still reads what was deleted, a clean copy takes the file's
     * place: SQLite overwrites what it deletes, but not the bytes that rows left behind on a page when they moved to another.
     */
    async close(): Promise<void> {
      clearTimeout(timer);
      for (let waited = 0; pending && waited < CLOSE_WAIT_MS; waited += RETRY_AT_CLOSE_MS) {
        pending = !emptyLog();
        if (pending) await wait(RETRY_AT_CLOSE_MS);
      }
      if (!pending && db.pragma('application_id', { simple: true }) !== UNCLEAN) return void db.close();
      const part = partOf(file, 'clean');
      try {
        removeDatabase(part);
        closeSync(openSync(part, 'w', 0o600));
        db.prepare('VACUUM INTO ?').run(part);
        db.prepare('ATTACH ? AS clean').run(part);
        db.pragma('clean.application_id = 0');
        db.exec('DETACH clean');
      } catch {
        // The disk takes nothing: the next start finds the log and goes on from there.
        removeDatabase(part);
        return;
      } finally {
        db.close();
      }
      replaceDatabase(part, file);
    },
  };
}
