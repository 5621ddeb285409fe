import type { WritableDb } from '../database.ts';
import { fillSearchIndex } from '../search-index.ts';

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
    CREATE TABLE words (
      id   INTEGER PRIMARY KEY,
      word TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE VIRTUAL TABLE word_parts USING fts5 (
      parts, content = '', columnsize = 0, detail = none, prefix = '1 2', tokenize = 'ascii'
    );
    CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', detail = none, tokenize = 'ascii');
    -- What is deleted goes from the index too, not only from what it finds.
    INSERT INTO word_parts (word_parts, rank) VALUES ('secure-delete', 1);
    INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
  `);
  fillSearchIndex(
    db,
    `SELECT number, room_id AS roomId, author, sent_at AS sentAt, text FROM messages
     WHERE number > ? ORDER BY number LIMIT ?`,
  );
};
