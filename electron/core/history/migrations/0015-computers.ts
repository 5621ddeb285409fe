import type { WritableDb } from '../database.ts';

/**
 * The newest list of computers of each person who has several, as they signed it, and whose each device became by one: for good, also
 * after it was taken off or left. A room that came from another computer of the same
 * person knows up to where it was read there.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE computer_lists (
      person TEXT NOT NULL PRIMARY KEY,
      list   TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- A device is a computer of the person while what it agreed to last is later than what has ended and than its own leave.
    CREATE TABLE computer_devices (
      device   TEXT NOT NULL PRIMARY KEY,
      person   TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE computer_leaves (
      device TEXT NOT NULL PRIMARY KEY,
      leave  TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Holds a row while what is here of computers may be older than what others have, because it came from a backup: with the person's
    -- other computers as they were known then, a list of devices in JSON.
    -- Without rowids: a repair must not take the rows of other tables for its own by their look.
    CREATE TABLE computers_in_doubt (
      only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
      known    TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Rooms that were deleted here, by the hashes of their ids: another computer of the person does not bring them back.
    CREATE TABLE deleted_rooms (
      room_hash TEXT NOT NULL PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE rooms ADD COLUMN read_clock INTEGER NOT NULL DEFAULT 0;
  `);
};
