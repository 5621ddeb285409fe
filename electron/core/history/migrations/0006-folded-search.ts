import type { WritableDb } from '../database.ts';
import { makeSearchIndex } from '../search-index.ts';

/**
 * The search index holds folded words in the place of the trigrams of texts as they were written, so that case and marks do not
 * matter and short words are found everywhere. `word_parts` and `message_words` keep no texts: the words of the first
 * are in `words`, the second names those by their ids.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    DROP TRIGGER messages_added;
    DROP TRIGGER messages_removed;
    DROP TRIGGER messages_rewritten;
    DROP TABLE message_words;
  `);
  makeSearchIndex(db);
};
