import type { WritableDb } from '../database.ts';

/**
 * The name of a room is what the last entry of the kind 8 says. Until there is one a room keeps the name that it has; the device that made the
 * room signs it when the core opens. Names are kept as the timer is (kind 4), however long messages are.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    ALTER TABLE rooms DROP COLUMN renamed_at;
    CREATE INDEX messages_names ON messages (room, clock) WHERE kind = 8 AND body IS NOT NULL;
    DROP INDEX messages_by_age;
    CREATE INDEX messages_by_age ON messages (room, recorded_at) WHERE held = 1 AND kind <> 4 AND kind <> 8;
  `);
};
