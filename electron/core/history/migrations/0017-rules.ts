import type { WritableDb } from '../database.ts';

/** The rules of each room: the newest record of the owner (`signer` is empty) and of each moderator, as they signed it. */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE room_rules (
      room   INTEGER NOT NULL REFERENCES rooms (number) ON DELETE CASCADE,
      signer TEXT NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (room, signer)
    ) STRICT, WITHOUT ROWID;
  `);
};
