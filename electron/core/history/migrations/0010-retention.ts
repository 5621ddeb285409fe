import type { WritableDb } from '../database.ts';

/**
 * How long a room's messages are kept on this device. The row of a message that was dropped stays, empty but for its place and id (`held` 2): so
 * this device knows that it had it, and does not ask for it again. `floors` says up to which seq of an author nothing is left to be given.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    ALTER TABLE rooms ADD COLUMN keep_ms INTEGER;
    CREATE INDEX rooms_that_forget ON rooms (keep_ms) WHERE keep_ms IS NOT NULL;
    CREATE TABLE floors (
      room_id TEXT NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
      author  TEXT NOT NULL,
      seq     INTEGER NOT NULL,
      PRIMARY KEY (room_id, author)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX messages_by_age ON messages (room_id, recorded_at) WHERE held = 1 AND kind <> 4;
    CREATE INDEX messages_dropped_edits ON messages (of_author, of_id) WHERE held = 2 AND kind = 1;
  `);
};
