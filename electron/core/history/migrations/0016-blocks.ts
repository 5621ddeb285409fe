import type { WritableDb } from '../database.ts';

/** The devices that this person blocked. A message that came from one of them since has `shown = 2`: it is here and hidden. */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE blocks (
      device     TEXT NOT NULL PRIMARY KEY,
      blocked_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
};
