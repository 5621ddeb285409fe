import type { WritableDb } from '../database.ts';
import { noPrint, withId } from '../prints.ts';

/**
 * Lets two messages of one author stand at one seq: a device that went back in time (restored from a copy) uses its numbers
 * twice, and both messages are genuine. Spans carry the print of their messages, so that two devices notice when they hold
 * different ones under the same numbers.
 */
export const up = (db: WritableDb): void => {
  db.exec(`
    DROP INDEX messages_by_author;
    DROP INDEX messages_in_order;
    DROP INDEX messages_unread;
    CREATE INDEX messages_by_author ON messages (room_id, author, seq, id);
    CREATE INDEX messages_in_order ON messages (room_id, clock, author, id);
    CREATE INDEX messages_unread ON messages (room_id, clock, author) WHERE mine = 0 AND state < 3;

    ALTER TABLE spans ADD COLUMN print BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
  `);
  type Span = { room_id: string; author: string; first: number; last: number };
  const spans = db.prepare<unknown[], Span>('SELECT room_id, author, first, last FROM spans').all();
  const idsOf = db.prepare<unknown[], { id: string }>(
    'SELECT id FROM messages WHERE room_id = @room_id AND author = @author AND seq BETWEEN @first AND @last',
  );
  const keep = db.prepare(
    'UPDATE spans SET print = @print WHERE room_id = @room_id AND author = @author AND first = @first',
  );
  for (const { room_id, author, first, last } of spans) {
    let print = noPrint();
    for (const { id } of idsOf.iterate({ room_id, author, first, last })) print = withId(print, id);
    keep.run({ print, room_id, author, first });
  }
};
