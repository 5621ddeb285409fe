import type { WritableDb } from '../database.ts';

/**
 * Rooms, messages, deliveries, pins and the search index.
 * The index holds trigrams from the start: changing a tokenizer later means rebuilding everybody's store.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE rooms (
      room_id          TEXT PRIMARY KEY,
      name             TEXT,
      renamed_at       INTEGER NOT NULL,
      host             TEXT,
      secret           BLOB NOT NULL,
      owner_pub        TEXT NOT NULL,
      owner_seed       BLOB,
      passphrase       BLOB,
      needs_passphrase INTEGER NOT NULL,
      created_at       INTEGER NOT NULL,
      last_active_at   INTEGER NOT NULL,
      unread           INTEGER NOT NULL DEFAULT 0,
      message_count    INTEGER NOT NULL DEFAULT 0,
      top_clock        INTEGER NOT NULL DEFAULT 0,
      draft            TEXT NOT NULL DEFAULT ''
    ) STRICT;

    CREATE TABLE messages (
      number       INTEGER PRIMARY KEY,
      id           TEXT NOT NULL UNIQUE,
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
      recorded_at  INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX messages_by_author ON messages (room_id, author, seq);
    CREATE UNIQUE INDEX messages_in_order ON messages (room_id, clock, author);
    CREATE INDEX messages_unread ON messages (room_id, clock, author) WHERE mine = 0 AND state < 3;

    CREATE TABLE heads (
      room_id TEXT NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
      author  TEXT NOT NULL,
      seq     INTEGER NOT NULL,
      PRIMARY KEY (room_id, author)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE deliveries (
      message INTEGER NOT NULL REFERENCES messages (number) ON DELETE CASCADE,
      device  TEXT NOT NULL,
      state   INTEGER NOT NULL,
      PRIMARY KEY (message, device)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE pins (
      device_id    TEXT PRIMARY KEY,
      username_key TEXT NOT NULL,
      name         TEXT NOT NULL,
      verified     INTEGER NOT NULL,
      changed      INTEGER NOT NULL,
      first_met_at INTEGER NOT NULL,
      last_met_at  INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX pins_by_name ON pins (username_key);

    -- How far this device had counted in rooms whose messages are gone from here: a seq is never used twice.
    CREATE TABLE own_floors (
      room_hash TEXT PRIMARY KEY,
      seq       INTEGER NOT NULL,
      clock     INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE VIRTUAL TABLE message_words USING fts5 (
      text, content = 'messages', content_rowid = 'number', tokenize = 'trigram'
    );
    -- What is deleted goes from the index too, not only from what it finds.
    INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
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
