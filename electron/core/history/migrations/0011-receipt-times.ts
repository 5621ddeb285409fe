import type { WritableDb } from '../database.ts';

/** When this device heard that a message is on another one, and that it was read there. Null where it was not, or heard before this version. */
export const up = (db: WritableDb): void => {
  db.exec(`
    ALTER TABLE deliveries ADD COLUMN delivered_at INTEGER;
    ALTER TABLE deliveries ADD COLUMN read_at INTEGER;
  `);
};
