import type { WritableDb } from '../database.ts';

/**
 * The messages that are here of each author, as spans of seq without a gap, in the place of the one number up to which nothing is
 * missing. That number alone had everything behind a gap sent again with every question.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE spans (
      room_id TEXT NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
      author  TEXT NOT NULL,
      first   INTEGER NOT NULL,
      last    INTEGER NOT NULL,
      PRIMARY KEY (room_id, author, first)
    ) STRICT, WITHOUT ROWID;

    -- Within a span, seq and its place among the author's messages rise together.
    INSERT INTO spans (room_id, author, first, last)
      SELECT room_id, author, min(seq), max(seq)
      FROM (SELECT room_id, author, seq, seq - row_number() OVER (PARTITION BY room_id, author ORDER BY seq) AS span
            FROM messages)
      GROUP BY room_id, author, span;
    DROP TABLE heads;
  `);
};
