import type { WritableDb } from '../database.ts';

/** Finds the hidden messages of an author by their clock, to count them; few authors have any. */
export const up = (db: WritableDb): void => {
  db.exec('CREATE INDEX messages_hidden ON messages (author, clock) WHERE shown = 2');
};
