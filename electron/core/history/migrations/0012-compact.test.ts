import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Entry } from '@parley/shared/model';
import { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, newDeviceId, newRoomId, openTestStore, temporaryFolder } from '../../testing/test-kit.ts';
import { createQueries, type WritableDb } from '../database.ts';
import { columnsOf, KIND_NUMBERS } from '../message-rows.ts';
import { createSearchIndex } from '../search-index.ts';
import { up } from './0012-compact.ts';
import { migrations } from './index.ts';
import { addOldRoom, bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

const VERSION = migrations.indexOf(up);

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

type Known = { shown?: boolean; mine?: boolean; state?: number; text?: string };

/** Writes an entry as version 11 did. */
function addEntry(db: WritableDb, entry: Entry, { mine = false, state = 2, ...known }: Known = {}): number {
  const held = entry.body !== null || entry.kind === 'delete';
  const columns = columnsOf(entry.kind, entry.body);
  const shown = known.shown ?? (held && entry.kind === 'text');
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO messages (id, room_id, author, author_name, seq, clock, sent_at, text, sig, mine, state, recorded_at,
                             kind, of_author, of_id, digest, salt, body, shown, held, delivered_to, read_by, reacted, expires,
                             due_at)
       VALUES (@id, @roomId, @author, @authorName, @seq, @clock, @sentAt, @text, @sig, @mine, @state, 7,
               @kind, @ofAuthor, @ofId, @digest, @salt, @body, @shown, @held, @clock % 3, @clock % 2, @clock % 2, @expires,
               @sentAt + @expires)`,
    )
    .run({
      ...entry,
      ...columns,
      text: known.text ?? columns.text,
      mine: Number(mine),
      state,
      kind: KIND_NUMBERS[entry.kind],
      ofAuthor: entry.of?.author ?? null,
      ofId: entry.of?.id ?? null,
      expires: entry.expires ?? null,
      shown: Number(shown),
      held: Number(held),
    });
  db.prepare('INSERT INTO spans VALUES (?, ?, ?, ?, ?)').run(
    entry.roomId,
    entry.author,
    entry.seq,
    entry.seq,
    held ? Buffer.from(entry.id, 'base64url') : Buffer.alloc(16),
  );
  createSearchIndex(createQueries(db)).add({
    number: Number(lastInsertRowid),
    roomId: entry.roomId,
    author: entry.author,
    sentAt: entry.sentAt,
    text: known.text ?? columns.text,
  });
  return Number(lastInsertRowid);
}

const salt = () => randomBytes(16).toString('base64url');

describe('from version 11 to 12', () => {
  it('hands on every entry as its author signed it, in each room', () => {
    const [one, two] = [newRoomId(), newRoomId()];
    const [ana, eve] = [author('Ana'), author('Eve')];
    const first = ana.write(one, { seq: 1, clock: 1, text: 'First' });
    const stranger = { author: newDeviceId(), id: first.id };
    const entries = [
      first,
      eve.write(one, { seq: 1, clock: 2, text: 'An answer', of: { author: ana.deviceId, id: first.id } }),
      eve.write(one, { seq: 2, clock: 3, text: 'Of what is not here', of: stranger }),
      ana.write(one, {
        seq: 2,
        clock: 4,
        kind: 'reaction',
        of: stranger,
        body: { salt: salt(), emoji: '👍', on: true },
      }),
      ana.write(one, { seq: 3, clock: 5, kind: 'delete', of: stranger, body: null }),
      ana.write(one, { seq: 4, clock: 6, authorName: 'Ana Lima', text: 'Under another name' }),
      ana.write(two, { seq: 1, clock: 1, text: 'In another room' }),
    ];
    const whole = ana.write(one, { seq: 5, clock: 7, text: 'Came without its words' });
    const withheld = { ...whole, body: null } as Entry;
    makeOldHistory(file, VERSION, (db) => {
      for (const roomId of [one, two]) addOldRoom(db, roomId);
      for (const entry of [...entries, withheld]) addEntry(db, entry);
    });
    const ben = openTestStore(file);
    const all = (roomId: RoomId) => ben.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 50);
    const inRoom = (roomId: RoomId) => entries.filter((entry) => entry.roomId === roomId);
    expect(all(one).messages).toEqual(inRoom(one));
    expect(all(two).messages).toEqual(inRoom(two));
    const digests = () => ben.db.prepare('SELECT count(*) FROM messages WHERE digest IS NOT NULL').pluck().get();
    expect(digests()).toBe(1);
    // The words that were withheld are taken when they come.
    expect(ben.store.record(one, [whole])).toMatchObject({ refused: 0, gained: 1 });
    expect(digests()).toBe(0);
    expect(all(one).messages).toEqual([...inRoom(one), whole]);
    ben.close();
  });

  it('keeps what is known of each message, its deliveries and its number', () => {
    const roomId = RoomId.parse(newRoomId());
    const ben = author('Ben');
    const [ana, eve] = [newDeviceId(), newDeviceId()];
    let before: unknown;
    const columns =
      'number, seq, clock, sent_at, text, mine, state, delivered_to, read_by, kind, body, shown, held, edited, deleted, reacted, expires, due_at, recorded_at';
    makeOldHistory(file, VERSION, (db) => {
      addOldRoom(db, roomId);
      for (let seq = 1; seq <= 5; seq++) {
        const number = addEntry(db, ben.write(roomId, { seq, ...(seq > 3 ? { expires: 9e9 } : {}) }), {
          mine: true,
          state: seq - 1,
        });
        db.prepare('INSERT INTO deliveries VALUES (?, ?, ?, 8, 9), (?, ?, ?, 7, NULL)').run(
          number,
          ana,
          3,
          number,
          eve,
          2,
        );
      }
      db.exec('DELETE FROM messages WHERE seq = 2; UPDATE messages SET edited = 1 WHERE seq = 3');
      db.exec('INSERT INTO floors SELECT room_id, author, 1 FROM messages WHERE seq = 1');
      db.exec("UPDATE rooms SET keep_ms = 86400000, draft = 'A draft', unread = 3, message_count = 4, top_clock = 9");
      before = [
        db.prepare(`SELECT ${columns} FROM messages`).all(),
        db.prepare('SELECT * FROM deliveries ORDER BY message, device').all(),
        db.prepare('SELECT room_id, author, first, last, print FROM spans').all(),
        db.prepare('SELECT author, seq FROM floors').all(),
        db.prepare('SELECT * FROM rooms').all(),
      ];
    });
    const db = bringTo(file, VERSION + 1);
    const { number: _, ...room } = db.prepare<[], Record<string, unknown>>('SELECT * FROM rooms').get() ?? {};
    expect([
      db.prepare(`SELECT ${columns} FROM messages`).all(),
      db
        .prepare(
          `SELECT d.message, a.device, d.state, d.delivered_at, d.read_at FROM deliveries d JOIN authors a ON a.number = d.device
           ORDER BY d.message, a.device`,
        )
        .all(),
      db
        .prepare(
          `SELECT r.room_id, a.device AS author, s.first, s.last, s.print
           FROM spans s JOIN authors a ON a.number = s.author JOIN rooms r ON r.number = a.room`,
        )
        .all(),
      db.prepare('SELECT a.device AS author, f.seq FROM floors f JOIN authors a ON a.number = f.author').all(),
      [room],
    ]).toEqual(before);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.exec('DELETE FROM rooms');
    expect(['messages', 'deliveries', 'spans', 'floors', 'authors', 'names'].map((table) => rowsOf(db, table))).toEqual(
      Array.from({ length: 6 }, () => []),
    );
    db.close();
  });

  it('finds what was found, without the tables that only took room', () => {
    const roomId = newRoomId();
    const ana = author('Ana');
    makeOldHistory(file, VERSION, (db) => {
      addOldRoom(db, roomId);
      for (let seq = 1; seq <= 3_000; seq++) addEntry(db, ana.write(roomId, { seq, text: `Number ${seq} 中文` }));
      db.exec('UPDATE rooms SET message_count = 3000, entry_count = 3000');
    });
    const db = bringTo(file, VERSION + 1);
    db.exec("INSERT INTO message_words (message_words) VALUES ('integrity-check')");
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%docsize' OR name LIKE 'old%'").all()).toEqual(
      [],
    );
    expect(db.pragma('freelist_count', { simple: true })).toBe(0);
    db.close();
    const ben = openTestStore(file);
    expect(ben.recovered).toBeNull();
    expect(ben.store.search('2500', {}, 5).items.map(({ item }) => item.text)).toEqual(['Number 2500 中文']);
    ben.store.record(roomId, [ana.write(roomId, { seq: 3_001, text: 'Number 3001 中文' })]);
    const { items, total_count } = ben.store.search('中文', { roomId, author: ana.deviceId }, 1);
    expect([items.map(({ item }) => item.seq), total_count]).toEqual([[3_001], 1_000]);
    ben.close();
  });

  it('says how far it came, and leaves the earlier file as a backup', () => {
    const roomId = newRoomId();
    const ana = author('Ana');
    makeOldHistory(file, VERSION, (db) => {
      addOldRoom(db, roomId);
      for (let seq = 1; seq <= 20; seq++) addEntry(db, ana.write(roomId, { seq }));
    });
    const steps: [number, number][] = [];
    bringTo(file, VERSION + 1, (done, total) => steps.push([done, total])).close();
    expect(steps).toEqual([
      [0, 0],
      [20, 20],
    ]);
    const backup = bringTo(`${file}.backup-v${VERSION}`, VERSION);
    expect(backup.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(20);
    backup.close();
  });
});
