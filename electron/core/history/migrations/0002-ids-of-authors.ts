import type { WritableDb } from '../database.ts';

/**
 * An id is unique among its author's messages, no longer among all: with the id alone one member could take the place
 * of another's message before it came.
 *
 * SQLite cannot drop a constraint, so the table is made anew. Dropping the old one would take its deliveries along
 * (ON DELETE CASCADE), so they are carried over first. Each message keeps its number, and with that its words.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    DROP TRIGGER messages_added;
    DROP TRIGGER messages_removed;
    DROP TRIGGER messages_rewritten;
    DROP INDEX messages_by_author;
    DROP INDEX messages_in_order;
    DROP INDEX messages_unread;
    ALTER TABLE messages RENAME TO old_messages;
    ALTER TABLE deliveries RENAME TO old_deliveries;

    CREATE TABLE messages (
      number       INTEGER PRIMARY KEY,
      id           TEXT NOT NULL,
      room_id      TEXT NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
      author       TEXT NOT NULL,
      author_name  TEXT NOT NULL,
      seq          INTEGER NOT NULL,
      clock        INTEGER NOT NULL,
      sent_at      INTEGER NOT NULL,
      text         TEXT NOT NULL,
      sig          TEXT NOT NULL,
      mine         INTEGER NOT NULL,
      state        INTEGER NOT NULL,
      delivered_to INTEGER NOT NULL DEFAULT 0,
      read_by      INTEGER NOT NULL DEFAULT 0,
      recorded_at  INTEGER NOT NULL,
      UNIQUE (author, id)
    ) STRICT;
    CREATE TABLE deliveries (
      message INTEGER NOT NULL REFERENCES messages (number) ON DELETE CASCADE,
      device  TEXT NOT NULL,
      state   INTEGER NOT NULL,
      PRIMARY KEY (message, device)
    ) STRICT, WITHOUT ROWID;

    INSERT INTO messages SELECT number, id, room_id, author, author_name, seq, clock, sent_at, text, sig, mine, state,
                                delivered_to, read_by, recorded_at FROM old_messages ORDER BY number;
    INSERT INTO deliveries SELECT message, device, state FROM old_deliveries ORDER BY message, device;
    DROP TABLE old_deliveries;
    DROP TABLE old_messages;

    CREATE UNIQUE INDEX messages_by_author ON messages (room_id, author, seq);
    CREATE UNIQUE INDEX messages_in_order ON messages (room_id, clock, author);
    CREATE INDEX messages_unread ON messages (room_id, clock, author) WHERE mine = 0 AND state < 3;
    CREATE TRIGGER messages_added AFTER INSERT ON messages BEGIN
      INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
    END;
    CREATE TRIGGER messages_removed AFTER DELETE ON messages BEGIN
      INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
    END;
    CREATE TRIGGER messages_rewritten AFTER UPDATE OF text ON messages BEGIN
      INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text);
      INSERT INTO message_words (rowid, text) VALUES (new.number, new.text);
    END;
  `);
};
