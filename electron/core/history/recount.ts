import type { WritableDb } from './database.ts';
import { joined, noPrint, type PrintBytes, withId } from './prints.ts';
import { roomHash } from './room-hash.ts';
import { sql } from './statements.ts';

/** How far this device counted in each room: its newest message, or the newest of which a trace is left. */
const OWN_REACH = `
  SELECT r.room_id, r.top_clock AS clock,
         max(coalesce((SELECT max(seq) FROM messages m WHERE m.room_id = r.room_id AND m.mine = 1), 0),
             coalesce((SELECT max(last) FROM spans s WHERE s.room_id = r.room_id
                       AND s.author IN (SELECT author FROM messages WHERE mine = 1)), 0)) AS seq
  FROM rooms r`;

const RECOUNT = `
  UPDATE rooms SET
    entry_count = (SELECT count(*) FROM messages m WHERE m.room_id = rooms.room_id),
    message_count = (SELECT count(*) FROM messages m WHERE m.room_id = rooms.room_id AND m.shown = 1),
    unread = (SELECT count(*) FROM messages m WHERE m.room_id = rooms.room_id AND m.mine = 0 AND m.state < 3
                AND m.shown = 1),
    top_clock = coalesce((SELECT max(clock) FROM messages m WHERE m.room_id = rooms.room_id), 0),
    last_active_at = max(last_active_at,
                         coalesce((SELECT max(sent_at) FROM messages m WHERE m.room_id = rooms.room_id), 0))`;

/**
 * Brings what is derived from messages in line with those that are there, after rows were lost or came back: what is not
 * here is asked for again. How far this device had counted stays, so that no seq is used for a second message.
 */
export function recount(db: WritableDb): void {
  const raise = db.prepare(sql.raiseOwnFloor);
  const reached = db.prepare<[], { room_id: string; seq: number; clock: number }>(OWN_REACH).all();
  for (const { room_id, seq, clock } of reached) {
    if (seq > 0) raise.run({ roomHash: roomHash(room_id), seq, clock });
  }
  db.exec(RECOUNT);
  recountSpans(db);
}

type Run = { room_id: string; author: string; first: number; last: number; print: PrintBytes };

function recountSpans(db: WritableDb): void {
  db.exec('DELETE FROM spans');
  const add = db.prepare(sql.addSpan);
  const keep = (run: Run) => add.run(run.room_id, run.author, run.first, run.last, run.print);
  let run: Run | undefined;
  // All at once: a connection that reads row by row takes no writes meanwhile.
  const groups = db.prepare<[], { room_id: string; author: string }>(
    'SELECT DISTINCT room_id, author FROM messages ORDER BY room_id, author',
  );
  for (const { room_id, author } of groups.all()) {
    const ids = db
      .prepare<unknown[], { seq: number; id: string; held: number }>(sql.entriesWithin)
      .all(room_id, author, 1, Number.MAX_SAFE_INTEGER);
    for (const { seq, id, held } of ids) {
      const print = held > 0 ? withId(noPrint(), id) : noPrint();
      if (run && seq <= run.last + 1) {
        run.last = seq;
        run.print = joined(run.print, print);
        continue;
      }
      if (run) keep(run);
      run = { room_id, author, first: seq, last: seq, print };
    }
    if (run) keep(run);
    run = undefined;
  }
}
