import type { WritableDb } from '../database.ts';

/** The calls that this device was in: whatever else its rooms tell of calls was missed. */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE joined_calls (
      room INTEGER NOT NULL REFERENCES rooms (number) ON DELETE CASCADE,
      call BLOB NOT NULL,
      PRIMARY KEY (room, call)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX messages_missed ON messages (room, clock) WHERE kind = 6 AND mine = 0 AND state < 3 AND shown = 1;
  `);
};
