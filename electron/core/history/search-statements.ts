import { ITEM_COLUMNS, ITEM_JOINS, ROOM } from './statement-parts.ts';

/** What the search index knows of a message. */
const INDEXED = `
  SELECT m.number, r.room_id AS roomId, a.device AS author, m.sent_at AS sentAt, m.text
  FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN rooms r ON r.number = m.room`;

/** The statements of the search and its index; `statements.ts` has them among all. */
export const searchSql = {
  wordId: 'SELECT id FROM words WHERE word = ?',
  wordIdsBetween: 'SELECT id FROM words WHERE word BETWEEN ? AND ?',
  addWord: 'INSERT INTO words (word) VALUES (?)',
  removeWord: 'DELETE FROM words WHERE id = ?',
  wordsWithParts:
    'SELECT w.id, w.word FROM word_parts p JOIN words w ON w.id = p.rowid WHERE p.word_parts MATCH ? LIMIT ?',
  addWordParts: 'INSERT INTO word_parts (rowid, parts) VALUES (?, ?)',
  removeWordParts: "INSERT INTO word_parts (word_parts, rowid, parts) VALUES ('delete', ?, ?)",
  wordPartsOption: 'INSERT INTO word_parts (word_parts, rank) VALUES (?, ?)',
  addMessageWords: 'INSERT INTO message_words (rowid, words) VALUES (?, ?)',
  removeMessageWords: "INSERT INTO message_words (message_words, rowid, words) VALUES ('delete', ?, ?)",
  messageWordsOption: 'INSERT INTO message_words (message_words, rank) VALUES (?, ?)',
  totalChanges: 'SELECT total_changes() AS count',
  messageWordsSegments: 'SELECT count(DISTINCT segid) AS count FROM message_words_idx',
  wordPartsSegments: 'SELECT count(DISTINCT segid) AS count FROM word_parts_idx',
  anyMessageWith: 'SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT 1',
  // Numbers are bound as real ones, and FTS5 uses only whole ones to find its place: any other is compared row by row.
  messageHas: 'SELECT 1 FROM message_words WHERE message_words MATCH ? AND rowid = CAST(? AS INTEGER)',
  indexedBetween: `${INDEXED} WHERE m.number BETWEEN ? AND ? AND m.number % ? = 0`,
  indexedAbove: `${INDEXED} WHERE m.number > ? ORDER BY m.number LIMIT ?`,
  // The plus keeps SQLite on the numbers, which is the order that is asked for.
  indexedOfRoom: `${INDEXED} WHERE m.number > ? AND +m.room = ${ROOM} ORDER BY m.number LIMIT ?`,
  searchIndexed: `
    SELECT m.number, r.room_id, a.device AS author, m.sent_at, m.text, m.shown
    FROM message_words w CROSS JOIN messages m ON m.number = w.rowid
      CROSS JOIN authors a ON a.number = m.author CROSS JOIN rooms r ON r.number = m.room
    WHERE w.message_words MATCH ? AND w.rowid < CAST(? AS INTEGER) ORDER BY w.rowid DESC LIMIT ?`,
  countIndexed: 'SELECT count(*) AS total FROM (SELECT 1 FROM message_words WHERE message_words MATCH ? LIMIT ?)',
  countIndexedBetween: `
    SELECT count(*) AS count FROM message_words
    WHERE message_words MATCH ? AND rowid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)`,
  // For what almost every message holds: the messages are read from the newest down.
  searchAll: `
    SELECT m.number, r.room_id, a.device AS author, m.sent_at, m.text, m.shown
    FROM messages m CROSS JOIN authors a ON a.number = m.author CROSS JOIN rooms r ON r.number = m.room
    WHERE m.number < ? ORDER BY m.number DESC LIMIT ?`,
  // Files are few: those of all rooms come from the index of entries about a message, where they stand as about none, and are sorted. One
  // whose body did not come yet has no name.
  searchFiles: `
    SELECT m.number, r.room_id, a.device AS author, m.sent_at, m.text, m.shown
    FROM (SELECT number FROM messages
          WHERE of_author IS NULL AND of_id IS NULL AND kind = 5 AND kind > 0
            AND (salt IS NOT NULL OR held = 0 OR kind = 2) AND number < ?
          ORDER BY number DESC LIMIT ?) f
      CROSS JOIN messages m ON m.number = f.number
      CROSS JOIN authors a ON a.number = m.author CROSS JOIN rooms r ON r.number = m.room
    ORDER BY m.number DESC`,
  searchHit: `SELECT r.name AS room_name, ${ITEM_COLUMNS} FROM messages m ${ITEM_JOINS} WHERE m.number = ?`,
} as const;
