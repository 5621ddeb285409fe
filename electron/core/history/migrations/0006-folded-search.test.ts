import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, temporaryFolder } from '../../testing/test-kit.ts';
import { addOldMessage, addOldRoom, bringTo, makeOldHistory, rowsOf } from './testing/test-old-history.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
});
afterEach(() => folder.remove());

const texts = ['Am Café in der Straße', '我们说中文', 'OK', 'Another pineapple'];
function makeOld(count = texts.length): void {
  makeOldHistory(file, 5, (db) => {
    addOldRoom(db, 'one');
    for (let number = 1; number <= count; number++) {
      const text = texts[number - 1] ?? `Number ${number}`;
      const id = randomBytes(16).toString('base64url');
      addOldMessage(db, { number: number * 2, id, roomId: 'one', author: 'ana', seq: number, text });
    }
  });
}

describe('from version 5 to 6', () => {
  it('finds every message of an old file, also by short words, whatever the case and marks', () => {
    makeOld(2_500);
    bringTo(file, 6).close();
    const ben = openTestStore(file);
    const found = (query: string) => ben.store.search(query, {}, 50).items.map(({ item }) => item.text);
    expect(['cafe', 'STRASSE', '中文', 'ok', 'neapp', '2500'].map(found)).toEqual([
      ['Am Café in der Straße'],
      ['Am Café in der Straße'],
      ['我们说中文'],
      ['OK'],
      ['Another pineapple'],
      ['Number 2500'],
    ]);
    expect(ben.store.search('number', {}, 1).total_count).toBe(1_000);
    ben.close();
  });

  it('keeps the messages as they are, and leaves nothing of the earlier index', () => {
    makeOld();
    const before = bringTo(file, 5);
    const messages = rowsOf(before, 'messages');
    before.close();
    const db = bringTo(file, 6);
    expect(rowsOf(db, 'messages')).toEqual(messages);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()).toEqual([]);
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE sql LIKE '%trigram%'").all()).toEqual([]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
  });
});
