import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/test-kit.ts';
import { createQueries, type Queries, type WritableDb } from './database.ts';

let folder: ReturnType<typeof temporaryFolder>;
let db: WritableDb;
let queries: Queries;
const file = () => join(folder.path, 'numbers.db');

beforeEach(() => {
  folder = temporaryFolder();
  db = new Database(file());
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT');
  queries = createQueries(db);
});
afterEach(() => {
  db.close();
  folder.remove();
});

const find = 'SELECT id FROM words WHERE word = ?';
let reads = 0;
const numberOf = (word: string): number =>
  queries.numberOf('word', word, () => {
    reads++;
    return queries.one<{ id: number }>(find, word)?.id ?? queries.insert('INSERT INTO words (word) VALUES (?)', word);
  });

describe('the number of a row', () => {
  beforeEach(() => {
    reads = 0;
  });

  it('is read once for many transactions', () => {
    const first = queries.transaction(() => numberOf('one'));
    expect(queries.transaction(() => [numberOf('one'), numberOf('one')])).toEqual([first, first]);
    expect(reads).toBe(1);
  });

  it('is read once within a transaction that the connection itself began, as a repair does', () => {
    db.transaction(() => [numberOf('one'), numberOf('one')])();
    expect(reads).toBe(1);
  });

  it('is read anew after a transaction that failed', () => {
    expect(() =>
      queries.transaction(() => {
        numberOf('gone with it');
        throw new Error('stop');
      }),
    ).toThrow('stop');
    queries.transaction(() => numberOf('another'));
    const number = queries.transaction(() => numberOf('gone with it'));
    expect(db.prepare(find).pluck().get('gone with it')).toBe(number);
  });

  it('is read anew after another program wrote', () => {
    queries.transaction(() => numberOf('moved'));
    const other = new Database(file());
    other.exec("UPDATE words SET id = 77 WHERE word = 'moved'");
    other.close();
    expect(queries.transaction(() => numberOf('moved'))).toBe(77);
  });

  it('is read anew when it was forgotten, alone or with all others', () => {
    queries.transaction(() => [numberOf('one'), numberOf('two')]);
    queries.transaction(() => {
      queries.forgetNumber('word', 'one');
      numberOf('one');
      numberOf('two');
    });
    expect(reads).toBe(3);
    queries.transaction(() => {
      queries.forgetNumbers();
      numberOf('one');
      numberOf('two');
    });
    expect(reads).toBe(5);
  });
});
