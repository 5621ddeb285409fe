import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import { addOldMessage, addOldRoom, bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

describe('from version 2 to 3', () => {
  it('finds the spans of every author in every room, and keeps the messages', () => {
    let messages: unknown[] = [];
    makeOldHistory(file, 2, (db) => {
      addOldRoom(db, 'one');
      addOldRoom(db, 'two');
      const seqs: [room: string, author: string, seq: number][] = [
        ['one', 'ana', 2],
        ['one', 'ana', 1],
        ['one', 'ana', 3],
        ['one', 'ben', 5],
        ['one', 'ben', 9],
        ['one', 'ben', 8],
        ['two', 'ana', 4],
      ];
      for (const [index, [roomId, author, seq]] of seqs.entries()) {
        addOldMessage(db, { number: index + 1, id: `m${index}`, roomId, author, seq });
      }
      db.exec("INSERT INTO heads VALUES ('one', 'ana', 3), ('one', 'ben', 0), ('two', 'ana', 0)");
      messages = rowsOf(db, 'messages');
    });
    const db = bringTo(file, 3);
    const span = (room_id: string, author: string, first: number, last: number) => ({ room_id, author, first, last });
    expect(rowsOf(db, 'spans')).toEqual([
      span('one', 'ana', 1, 3),
      span('one', 'ben', 5, 5),
      span('one', 'ben', 8, 9),
      span('two', 'ana', 4, 4),
    ]);
    expect(rowsOf(db, 'messages')).toEqual(messages);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'heads'").all()).toEqual([]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.exec("DELETE FROM rooms WHERE room_id = 'one'");
    expect(rowsOf(db, 'spans')).toEqual([span('two', 'ana', 4, 4)]);
    db.close();
  });
});
