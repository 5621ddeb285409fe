import { toBlob } from '../blobs.ts';
import type { WritableDb } from '../database.ts';
import type { MigrationProgress } from './index.ts';

const AT_ONCE = 10_000;
const DELETION = 2;

/**
 * Ids, signatures, digests and salts lie as bytes, rooms, authors and their names stand in tables of their own and are numbers
 * elsewhere, and a digest is kept only where the body that it belongs to is not here. Numbers of messages stay.
 *
 * An author is a device in one room: with the room everything by its authors goes. The order of a room among messages of
 * one clock is sorted as it is read, so the index of it names the clock alone.
 */
export const up = (db: WritableDb, progress?: MigrationProgress): void => {
  db.function('bytes_of', { deterministic: true, directOnly: true }, (text: unknown) =>
    typeof text === 'string' ? toBlob(text) : null,
  );
  db.exec(`
    DROP INDEX messages_by_author;
    DROP INDEX messages_in_order;
    DROP INDEX messages_unread;
    DROP INDEX messages_about;
    DROP INDEX messages_due;
    DROP INDEX messages_timers;
    DROP INDEX messages_by_age;
    DROP INDEX messages_dropped_edits;
    DROP INDEX rooms_that_forget;
    ALTER TABLE rooms RENAME TO old_rooms;
    ALTER TABLE messages RENAME TO old_messages;
    ALTER TABLE deliveries RENAME TO old_deliveries;
    ALTER TABLE spans RENAME TO old_spans;
    ALTER TABLE floors RENAME TO old_floors;

    CREATE TABLE rooms (
      number           INTEGER PRIMARY KEY,
      room_id          TEXT NOT NULL UNIQUE,
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
      draft            TEXT NOT NULL DEFAULT '',
      listed           INTEGER NOT NULL DEFAULT 0,
      entry_count      INTEGER NOT NULL DEFAULT 0,
      keep_ms          INTEGER
    ) STRICT;
    INSERT INTO rooms (room_id, name, renamed_at, host, secret, owner_pub, owner_seed, passphrase, needs_passphrase,
                       created_at, last_active_at, unread, message_count, top_clock, draft, listed, entry_count,
                       keep_ms)
      SELECT room_id, name, renamed_at, host, secret, owner_pub, owner_seed, passphrase, needs_passphrase,
             created_at, last_active_at, unread, message_count, top_clock, draft, listed, entry_count, keep_ms
      FROM old_rooms ORDER BY created_at, room_id;

    -- A device in a room: an author, one that an entry names, or one that got messages.
    CREATE TABLE authors (
      number INTEGER PRIMARY KEY,
      room   INTEGER NOT NULL REFERENCES rooms (number) ON DELETE CASCADE,
      device TEXT NOT NULL,
      UNIQUE (room, device)
    ) STRICT;
    INSERT INTO authors (room, device)
      SELECT r.number, found.device FROM (
        SELECT room_id, author AS device FROM old_messages
        UNION SELECT room_id, of_author FROM old_messages WHERE of_author IS NOT NULL
        UNION SELECT room_id, author FROM old_spans
        UNION SELECT room_id, author FROM old_floors
        UNION SELECT m.room_id, d.device FROM old_deliveries d JOIN old_messages m ON m.number = d.message
      ) found JOIN rooms r ON r.room_id = found.room_id
      ORDER BY r.number, found.device;

    -- The names that an author's entries bear.
    CREATE TABLE names (
      number INTEGER PRIMARY KEY,
      name   TEXT NOT NULL,
      author INTEGER NOT NULL REFERENCES authors (number) ON DELETE CASCADE,
      UNIQUE (author, name)
    ) STRICT;
    INSERT INTO names (author, name)
      SELECT a.number, found.author_name
      FROM (SELECT DISTINCT room_id, author, author_name FROM old_messages) found
        JOIN rooms r ON r.room_id = found.room_id JOIN authors a ON a.room = r.number AND a.device = found.author
      ORDER BY a.number, found.author_name;

    CREATE TABLE messages (
      number       INTEGER PRIMARY KEY,
      id           BLOB NOT NULL,
      -- That of the author, for the index of the room's order.
      room         INTEGER NOT NULL,
      author       INTEGER NOT NULL REFERENCES authors (number) ON DELETE CASCADE,
      -- One of the author's names.
      name         INTEGER NOT NULL,
      seq          INTEGER NOT NULL,
      clock        INTEGER NOT NULL,
      sent_at      INTEGER NOT NULL,
      text         TEXT NOT NULL,
      sig          BLOB NOT NULL,
      mine         INTEGER NOT NULL,
      state        INTEGER NOT NULL,
      delivered_to INTEGER NOT NULL DEFAULT 0,
      read_by      INTEGER NOT NULL DEFAULT 0,
      recorded_at  INTEGER NOT NULL,
      kind         INTEGER NOT NULL DEFAULT 0,
      -- An author of the same room.
      of_author    INTEGER,
      of_id        BLOB,
      -- Null where the body is here: then it is that of the body.
      digest       BLOB,
      -- Null where the body was erased.
      salt         BLOB,
      -- The body of an entry that is not shown itself.
      body         TEXT,
      shown        INTEGER NOT NULL DEFAULT 1,
      -- 0 while the body is missing and nothing that is here says why; 2 when it was dropped: only place and id are left.
      held         INTEGER NOT NULL DEFAULT 1,
      edited       INTEGER NOT NULL DEFAULT 0,
      deleted      INTEGER NOT NULL DEFAULT 0,
      reacted      INTEGER NOT NULL DEFAULT 0,
      expires      INTEGER,
      -- When the body goes, by this device's clock; null: never, or gone.
      due_at       INTEGER
    ) STRICT;
    CREATE TABLE deliveries (
      message INTEGER NOT NULL REFERENCES messages (number) ON DELETE CASCADE,
      -- An author of the same room.
      device  INTEGER NOT NULL,
      state   INTEGER NOT NULL,
      -- When this device heard of it. Null where it did not.
      delivered_at INTEGER,
      read_at      INTEGER,
      PRIMARY KEY (message, device)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE spans (
      author INTEGER NOT NULL REFERENCES authors (number) ON DELETE CASCADE,
      first  INTEGER NOT NULL,
      last   INTEGER NOT NULL,
      print  BLOB NOT NULL,
      PRIMARY KEY (author, first)
    ) STRICT, WITHOUT ROWID;
    -- Up to which seq of an author nothing is left to be given.
    CREATE TABLE floors (
      author INTEGER NOT NULL PRIMARY KEY REFERENCES authors (number) ON DELETE CASCADE,
      seq    INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
  copyMessages(db, progress);
  db.exec(`
    INSERT INTO deliveries
      SELECT d.message, a.number, d.state, d.delivered_at, d.read_at
      FROM old_deliveries d JOIN messages m ON m.number = d.message
        JOIN authors a ON a.room = m.room AND a.device = d.device
      ORDER BY d.message, a.number;
    INSERT INTO spans
      SELECT a.number, s.first, s.last, s.print
      FROM old_spans s JOIN rooms r ON r.room_id = s.room_id JOIN authors a ON a.room = r.number AND a.device = s.author
      ORDER BY a.number, s.first;
    INSERT INTO floors
      SELECT a.number, f.seq
      FROM old_floors f JOIN rooms r ON r.room_id = f.room_id JOIN authors a ON a.room = r.number AND a.device = f.author;
    DROP TABLE old_deliveries;
    DROP TABLE old_messages;
    DROP TABLE old_spans;
    DROP TABLE old_floors;
    DROP TABLE old_rooms;

    CREATE UNIQUE INDEX messages_by_id ON messages (id, author);
    CREATE INDEX messages_by_author ON messages (author, seq);
    CREATE INDEX messages_in_order ON messages (room, clock) WHERE shown = 1;
    CREATE INDEX messages_unread ON messages (room, clock) WHERE mine = 0 AND state < 3 AND shown = 1;
    CREATE INDEX messages_about ON messages (of_author, of_id, kind, author, clock, id)
      WHERE kind > 0 AND (salt IS NOT NULL OR held = 0 OR kind = 2);
    CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX messages_by_age ON messages (room, recorded_at) WHERE held = 1 AND kind <> 4;
    CREATE INDEX messages_dropped_edits ON messages (of_author, of_id) WHERE held = 2 AND kind = 1;
    CREATE INDEX rooms_that_forget ON rooms (keep_ms) WHERE keep_ms IS NOT NULL;
    CREATE INDEX messages_timers ON messages (room, clock) WHERE kind = 4 AND body IS NOT NULL;
  `);
  dropSizes(db);
};

function copyMessages(db: WritableDb, progress: MigrationProgress | undefined): void {
  const total = Number(db.prepare('SELECT count(*) FROM old_messages').pluck().get());
  const copy = db.prepare(`
    INSERT INTO messages (number, id, room, author, name, seq, clock, sent_at, text, sig, mine, state, delivered_to,
                          read_by, recorded_at, kind, of_author, of_id, digest, salt, body, shown, held, edited, deleted, reacted,
                          expires, due_at)
    SELECT m.number, bytes_of(m.id), r.number, a.number, n.number, m.seq, m.clock, m.sent_at, m.text, bytes_of(m.sig),
           m.mine, m.state, m.delivered_to, m.read_by, m.recorded_at, m.kind, oa.number, bytes_of(m.of_id),
           CASE WHEN m.salt IS NULL AND m.kind <> ${DELETION} AND m.digest <> '' THEN bytes_of(m.digest) END,
           bytes_of(m.salt), m.body, m.shown, m.held, m.edited, m.deleted, m.reacted,
           m.expires, m.due_at
    FROM (SELECT * FROM old_messages WHERE number > ? ORDER BY number LIMIT ${AT_ONCE}) m
      CROSS JOIN rooms r ON r.room_id = m.room_id
      CROSS JOIN authors a ON a.room = r.number AND a.device = m.author
      CROSS JOIN names n ON n.author = a.number AND n.name = m.author_name
      LEFT JOIN authors oa ON oa.room = r.number AND oa.device = m.of_author
    ORDER BY m.number`);
  let done = 0;
  for (let above = Number.MIN_SAFE_INTEGER; ; ) {
    const { changes, lastInsertRowid } = copy.run(above);
    if (changes === 0) break;
    above = Number(lastInsertRowid);
    done += changes;
    progress?.(done, total);
  }
  if (done !== total) throw new Error('a message was left out');
}

/**
 * The index of words without the table of the messages' sizes, which nothing reads. Its record of words stays as it is:
 * to fold and index a million texts again takes minutes.
 */
function dropSizes(db: WritableDb): void {
  db.exec(`
    ALTER TABLE message_words RENAME TO old_message_words;
    CREATE VIRTUAL TABLE message_words USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
  `);
  // SQLite keeps others from the tables behind an index, unless told.
  db.unsafeMode(true);
  try {
    for (const part of ['data', 'idx', 'config']) {
      db.exec(`
        DELETE FROM message_words_${part};
        INSERT INTO message_words_${part} SELECT * FROM old_message_words_${part};`);
    }
  } finally {
    db.unsafeMode(false);
  }
  db.exec(`
    -- Said once more: this connection does not see what was copied.
    INSERT INTO message_words (message_words, rank) VALUES ('secure-delete', 1);
    DROP TABLE old_message_words;`);
}
