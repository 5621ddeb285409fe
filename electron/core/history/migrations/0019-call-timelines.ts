import type { WritableDb } from '../database.ts';

/** How this device's connections were in the calls that it was in, as JSON (`CallTimeline`). Nobody else hears of it. */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE call_timelines (
      room     INTEGER NOT NULL REFERENCES rooms (number) ON DELETE CASCADE,
      call     BLOB NOT NULL,
      timeline TEXT NOT NULL,
      PRIMARY KEY (room, call)
    ) STRICT, WITHOUT ROWID;
  `);
};
