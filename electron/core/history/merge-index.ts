import { createQueries, type WritableDb } from './database.ts';
import { asHistoryError } from './history-errors.ts';
import { hasTodaysTables } from './schema-version.ts';
import { sql } from './statements.ts';

/** So many pages of the index are written in a step: some 6 ms on a slow computer. */
const PAGES = 16n;

/**
 * Brings each table of the search index into one piece, in steps of one transaction each. FTS5 adds a piece with each transaction, merges
 * small ones as it goes, and leaves some ten of a long history: a search looks up each of its words in all of them. Stops where another
 * program writes; what is left is merged the next time.
 */
export function* mergeSearchIndex(db: WritableDb): Generator<void> {
  if (!hasTodaysTables(db)) return;
  const { run, one } = createQueries(db);
  const written = (): number => one<{ total: number }>(sql.totalChanges)?.total ?? 0;
  for (const option of [sql.messageWordsOption, sql.wordPartsOption]) {
    // A negative number takes all pieces together; positive ones go on with that.
    for (let pages = -PAGES; ; pages = PAGES) {
      const before = written();
      try {
        run(option, 'merge', pages);
      } catch (thrown) {
        if (asHistoryError(thrown).code === 'history-locked') return;
        throw thrown;
      }
      // By FTS5's documentation: one change is that of the command itself.
      if (written() - before < 2) break;
      yield;
    }
  }
}
