import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/test-kit.ts';
import type { WritableDb } from '../database.ts';
import { addOldMessage, addOldRoom, bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

const TABLES = ['rooms', 'messages', 'heads', 'deliveries', 'pins', 'own_floors'];

/** Two rooms, three messages with a hole in their numbers, and something in every other table. */
function fill(db: WritableDb): void {
  addOldRoom(db, 'one');
  addOldRoom(db, 'two');
  addOldMessage(db, { number: 3, id: 'a', roomId: 'one', author: 'ana', seq: 1, text: 'A pineapple' });
  addOldMessage(db, { number: 7, id: 'b', roomId: 'one', author: 'ben', seq: 1, text: 'An orange' });
  addOldMessage(db, { number: 9, id: 'c', roomId: 'two', author: 'ana', seq: 4, text: 'Another pineapple' });
  db.exec(`
    INSERT INTO heads VALUES ('one', 'ana', 1), ('one', 'ben', 1), ('two', 'ana', 0);
    INSERT INTO deliveries VALUES (3, 'ben', 3), (3, 'eve', 2), (9, 'ben', 1);
    INSERT INTO pins VALUES ('ben', 'ben', 'Ben', 1, 0, 1, 2);
    INSERT INTO own_floors VALUES ('hash', 5, 6);
  `);
}

const found = (db: WritableDb, words: string) =>
  db.prepare('SELECT rowid FROM message_words WHERE message_words MATCH ? ORDER BY rowid').pluck().all(words);

describe('from version 1 to 2', () => {
  it('keeps every row of every table, and what search finds', () => {
    let before: unknown;
    makeOldHistory(file, 1, (db) => {
      fill(db);
      before = TABLES.map((table) => rowsOf(db, table));
    });
    const db = bringTo(file, 2);
    expect(TABLES.map((table) => rowsOf(db, table))).toEqual(before);
    expect([found(db, 'pineapple'), found(db, 'orange')]).toEqual([[3, 9], [7]]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.exec("INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)");
    db.close();
  });

  it('takes one id from two authors from then on, and from one author once', () => {
    makeOldHistory(file, 1, fill);
    const db = bringTo(file, 2);
    addOldMessage(db, { number: 10, id: 'a', roomId: 'one', author: 'ben', seq: 2 });
    const again = () => addOldMessage(db, { number: 11, id: 'a', roomId: 'one', author: 'ana', seq: 2 });
    expect(again).toThrow(/UNIQUE/);
    db.close();
  });

  it('still takes deliveries and words away with a message, and leaves nothing of the old tables', () => {
    makeOldHistory(file, 1, fill);
    const db = bringTo(file, 2);
    db.exec("UPDATE messages SET text = 'A lemon' WHERE number = 9; DELETE FROM messages WHERE number = 3");
    expect(rowsOf(db, 'deliveries')).toEqual([{ message: 9, device: 'ben', state: 1 }]);
    expect([found(db, 'pineapple'), found(db, 'lemon')]).toEqual([[], [9]]);
    expect(
      db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'old%' OR sql LIKE '%old\\_%' ESCAPE '\\'").all(),
    ).toEqual([]);
    db.close();
  });
});
