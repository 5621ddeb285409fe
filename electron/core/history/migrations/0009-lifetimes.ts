import type { WritableDb } from '../database.ts';

/** Entries whose body goes after a time, and timers, which say for a room how long its messages may be there. */
export const up = (db: WritableDb): void => {
  db.exec(`
    ALTER TABLE messages ADD COLUMN expires INTEGER;
    -- When the body goes, by this device's clock; null: never, or gone.
    ALTER TABLE messages ADD COLUMN due_at INTEGER;
    CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
    CREATE INDEX messages_timers ON messages (room_id, clock, author, id) WHERE kind = 4 AND body IS NOT NULL;
  `);
};
