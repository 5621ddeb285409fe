import type { WritableDb } from './database.ts';
import { joined, noPrint, type PrintBytes } from './prints.ts';
import { roomHash } from './room-hash.ts';
import { sql } from './statements.ts';

/** How far this device counted in each room: its newest message, or the newest of which a trace is left. */
const OWN_REACH = `
  SELECT r.room_id, r.top_clock AS clock,
         max(coalesce((SELECT max(m.seq) FROM authors a JOIN messages m ON m.author = a.number
                       WHERE a.room = r.number AND m.mine = 1), 0),
             coalesce((SELECT max(s.last) FROM authors a JOIN spans s ON s.author = a.number
                       WHERE a.room = r.number AND a.device IN
                         (SELECT o.device FROM authors o JOIN messages m ON m.author = o.number WHERE m.mine = 1)), 0)
         ) AS seq
  FROM rooms r`;

const OF_ROOM = 'FROM messages m WHERE m.author IN (SELECT number FROM authors WHERE room = rooms.number)';
const RECOUNT = `
  UPDATE messages SET room = (SELECT room FROM authors WHERE number = messages.author)
    WHERE room <> (SELECT room FROM authors WHERE number = messages.author);
  UPDATE rooms SET
    entry_count = (SELECT count(*) ${OF_ROOM}),
    message_count = (SELECT count(*) ${OF_ROOM} AND m.shown = 1),
    unread = (SELECT count(*) ${OF_ROOM} AND m.mine = 0 AND m.state < 3 AND m.shown = 1),
    top_clock = coalesce((SELECT max(clock) ${OF_ROOM}), 0),
    last_active_at = max(last_active_at, coalesce((SELECT max(sent_at) ${OF_ROOM}), 0))`;

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

type Run = { author: number; first: number; last: number; print: PrintBytes };

function recountSpans(db: WritableDb): void {
  db.exec('DELETE FROM spans');
  const add = db.prepare(sql.addSpan);
  const keep = (run: Run) => add.run(run.author, run.first, run.last, run.print);
  const entries = db.prepare<unknown[], { seq: number; id: Uint8Array; held: number }>(sql.entriesWithin);
  let run: Run | undefined;
  // All at once: a connection that reads row by row takes no writes meanwhile.
  for (const author of db.prepare<[], number>('SELECT number FROM authors ORDER BY number').pluck().all()) {
    for (const { seq, id, held } of entries.all(author, 1, Number.MAX_SAFE_INTEGER)) {
      const print = held > 0 ? id : noPrint();
      if (run && seq <= run.last + 1) {
        run.last = seq;
        run.print = joined(run.print, print);
        continue;
      }
      if (run) keep(run);
      run = { author, first: seq, last: seq, print };
    }
    if (run) keep(run);
    run = undefined;
  }
}
