import { createQueries, type WritableDb } from './database.ts';
import { asHistoryError } from './history-errors.ts';
import { hasTodaysTables } from './schema-version.ts';
import { sql } from './statements.ts';

/** So many segments of a table are left alone: merging writes all of it, and each time adds levels to what FTS5 knows of them. */
export const SEGMENTS_MAX = 7;
/** So many pages of the index are written in a step, and the rest of a term: one that is in every message is merged at once. */
const PAGES = 16n;

/**
 * Brings each table of the search index into one segment where it has many, in steps of one transaction each. FTS5 adds a segment with each
 * transaction, merges small ones as it goes, and leaves some ten of a long history: a search looks up each of its words in all of them. What
 * is written meanwhile may stay in segments of its own. Stops where another program writes or the disk is full: the next time goes on.
 */
export function* mergeSearchIndex(db: WritableDb): Generator<void> {
  if (!hasTodaysTables(db)) return;
  const { run, one } = createQueries(db);
  const count = (statement: string): number => one<{ count: number }>(statement)?.count ?? 0;
  for (const [option, segments] of [
    [sql.messageWordsOption, sql.messageWordsSegments],
    [sql.wordPartsOption, sql.wordPartsSegments],
  ] as const) {
    if (count(segments) <= SEGMENTS_MAX) continue;
    // A negative number takes all segments together; positive ones go on with that.
    for (let pages = -PAGES; ; pages = PAGES) {
      const before = count(sql.totalChanges);
      try {
        run(option, 'merge', pages);
      } catch (thrown) {
        const { code } = asHistoryError(thrown);
        if (code === 'history-locked' || code === 'disk-full') return;
        throw thrown;
      }
      // By FTS5's documentation: one change is that of the command itself.
      if (count(sql.totalChanges) - before < 2) break;
      yield;
    }
  }
}
