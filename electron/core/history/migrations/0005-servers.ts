import type { WritableDb } from '../database.ts';

/**
 * Known servers with this person's rights to them, and whether a room is on its server's list. The servers of the rooms that
 * are there already become known ones.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    CREATE TABLE servers (
      host       TEXT PRIMARY KEY,
      name       TEXT,
      kind       TEXT,
      -- The password, or the refresh token that counts, wrapped by the host's key store.
      credential BLOB,
      lost       TEXT,
      added_at   INTEGER NOT NULL
    ) STRICT;
    INSERT INTO servers (host, added_at) SELECT host, min(created_at) FROM rooms WHERE host IS NOT NULL GROUP BY host;
    ALTER TABLE rooms ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
  `);
};
