import type { WritableDb } from '../database.ts';

/**
 * Messages become entries: texts, edits, deletions and reactions, in one log of each author. Only texts are shown; the other kinds
 * change what is shown of the message that they are about.
 *
 * An entry is signed over the digest of its body, which the signatures before this version were not. The messages of those
 * stay on this disk as they are and can be read and found; they are in nobody's log any more (seq 0) and are not handed on.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    ALTER TABLE messages ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN of_author TEXT;
    ALTER TABLE messages ADD COLUMN of_id TEXT;
    ALTER TABLE messages ADD COLUMN digest TEXT NOT NULL DEFAULT '';
    -- Null where the body was erased.
    ALTER TABLE messages ADD COLUMN salt TEXT;
    -- The body of an entry that is not shown itself.
    ALTER TABLE messages ADD COLUMN body TEXT;
    ALTER TABLE messages ADD COLUMN shown INTEGER NOT NULL DEFAULT 1;
    -- 0 while the body is missing and nothing that is here says why.
    ALTER TABLE messages ADD COLUMN held INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE messages ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE messages ADD COLUMN reacted INTEGER NOT NULL DEFAULT 0;

    -- message_count counts the shown ones.
    ALTER TABLE rooms ADD COLUMN entry_count INTEGER NOT NULL DEFAULT 0;
    UPDATE rooms SET entry_count = message_count;

    DROP INDEX messages_by_author;
    DROP INDEX messages_in_order;
    DROP INDEX messages_unread;
    UPDATE messages SET seq = 0, sig = '';
    -- What was written while nobody was there is in no log now, so it says that it was not sent.
    UPDATE messages SET state = 4 WHERE mine = 1 AND state = 0;
    DELETE FROM spans;
    UPDATE own_floors SET seq = 0;
    CREATE INDEX messages_by_author ON messages (room_id, author, seq, held, id);
    CREATE INDEX messages_in_order ON messages (room_id, clock, author, id) WHERE shown = 1;
    CREATE INDEX messages_unread ON messages (room_id, clock, author, id) WHERE mine = 0 AND state < 3 AND shown = 1;
    CREATE INDEX messages_about ON messages (of_author, of_id, kind, author, clock, id)
      WHERE kind > 0 AND (salt IS NOT NULL OR held = 0 OR kind = 2);
  `);
};
