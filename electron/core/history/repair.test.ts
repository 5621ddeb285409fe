import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomId } from '@parley/shared/protocol';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { author, openTestStore, type TestStore, temporaryFolder, wordsOf } from '../testing/test-kit.ts';
import { createQueries, type WritableDb } from './database.ts';
import { migrations } from './migrations/index.ts';
import { openHistory } from './open-history.ts';
import { createSearchIndex, type Indexed } from './search-index.ts';
import { sql } from './statements.ts';

const PAGE = 4096;
const MESSAGES = 400;

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let made: Buffer;
let texts: string[];
/** Where the tree of each table and index begins, and its leaves, from SQLite itself. */
let pages: Map<string, { root: number; leaves: number[]; inner: number[]; overflow: number[] }>;

let seed: TestStore['seed'];
let roomId: RoomId;
let spans: string;
let whole: { made: Buffer; texts: readonly string[]; pages: typeof pages };
beforeAll(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  const ben = openTestStore(file);
  ben.db.pragma('synchronous = OFF');
  seed = ben.seed;
  roomId = ben.addRoom();
  ben.addRoom();
  const ana = author();
  ben.store.meet(ana.deviceId, { username: 'ana', displayName: 'Ana' });
  texts = [];
  for (let seq = 1; seq <= MESSAGES / 2; seq++) {
    const theirs = `From Ana ${seq}: ${seq % 40 === 0 ? '漫长的故事'.repeat(600) : 'short'} 中文`;
    ben.store.record(roomId, [ana.write(roomId, { seq, clock: 2 * seq, text: theirs })]);
    const mine = ben.compose(roomId, `From Ben ${seq}`);
    ben.store.mark(roomId, ana.deviceId, 'delivered', [mine.id]);
    texts.push(theirs, `From Ben ${seq}`);
  }
  // A device that went back in time used a number twice.
  const twice = ana.write(roomId, { seq: MESSAGES / 2, clock: MESSAGES + 2, text: 'From Ana again 中文' });
  ben.store.record(roomId, [twice]);
  texts.push(wordsOf(twice) ?? '');
  spans = spansOf(ben.db);
  pages = pagesOf(ben.db);
  ben.close();
  whole = { made: readFileSync(file), texts, pages };
  folder.remove();
});
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'history.db');
  made = Buffer.from(whole.made);
  texts = [...whole.texts];
  pages = whole.pages;
  writeFileSync(file, made);
});
afterEach(() => folder.remove());

function pagesOf(db: WritableDb): typeof pages {
  const found: typeof pages = new Map();
  const rows = db
    .prepare<[], { name: string; path: string; pageno: number; pagetype: string }>('SELECT * FROM dbstat')
    .all();
  for (const { name, path, pageno, pagetype } of rows) {
    const entry = found.get(name) ?? { root: 0, leaves: [], inner: [], overflow: [] };
    found.set(name, entry);
    if (path === '/') entry.root = pageno;
    if (pagetype === 'leaf') entry.leaves.push(pageno);
    else if (pagetype === 'internal') entry.inner.push(pageno);
    else entry.overflow.push(pageno);
  }
  return found;
}
/** What stands in for all messages when two devices compare what they have. */
const spansOf = (db: WritableDb) => JSON.stringify(db.prepare('SELECT * FROM spans ORDER BY author, first').all());
const of = (name: string) => {
  const entry = pages.get(name);
  if (!entry) throw new Error(`no pages of ${name}`);
  return entry;
};
const middle = (numbers: readonly number[]): number => numbers[Math.floor(numbers.length / 2)] ?? 0;

type Harm = (bytes: Buffer) => void;
const at = (number: number) => (number - 1) * PAGE + (number === 1 ? 100 : 0);
const fill =
  (pick: () => number, value: number, from = 0, to = PAGE): Harm =>
  (bytes) =>
    void bytes.fill(value, at(pick()) + from, (pick() - 1) * PAGE + to);
const write =
  (pick: () => number, offset: number, ...values: number[]): Harm =>
  (bytes) => {
    bytes.set(values, at(pick()) + offset);
  };

const headAndPointers =
  (pick: () => number): Harm =>
  (bytes) => {
    const start = at(pick());
    bytes.fill(0, start, start + 8 + 2 * bytes.readUInt16BE(start + 3));
  };

/** Opens the file after the harm; answers what is there and how it was brought back. */
function afterHarm(harm: Harm, more: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const bytes = Buffer.from(made);
  harm(bytes);
  writeFileSync(file, more(bytes));
  const ben = openTestStore(file, { seed });
  const there = ben.db.prepare('SELECT text FROM messages ORDER BY clock, author').pluck().all();
  const found = ben.store.search('From', { roomId }, 1).total_count;
  const integrity = ben.db.pragma('integrity_check', { simple: true });
  const counts = ben.db.prepare('SELECT message_count FROM rooms WHERE room_id = ?').pluck().get(roomId);
  const spans = ben.db.prepare('SELECT total(last - first + 1) + 1 FROM spans').pluck().get();
  const spansNow = spansOf(ben.db);
  const next = ben.store.room(roomId) ? ben.compose(roomId, 'Afterwards').seq : null;
  const { recovered } = ben;
  ben.close();
  const aside = readdirSync(folder.path).filter((name) => /damaged-\d+$/.test(name));
  return { there, recovered, aside, next, spansNow, agrees: { found, counts, spans, integrity } };
}
const agreeing = (count: number) => ({ found: count, counts: count, spans: count, integrity: 'ok' });

describe('a history whose search index is damaged', () => {
  const nothingLost = (result: ReturnType<typeof afterHarm>) => {
    expect(result.there).toEqual(texts);
    expect(result.agrees).toEqual(agreeing(texts.length));
    expect(result.spansNow).toBe(spans);
    expect(result.aside).toEqual([]);
    expect(['{"how":"index"}', '{"how":"copied","complete":true,"roomsWithoutKey":0}']).toContain(
      JSON.stringify(result.recovered),
    );
  };

  it.each<[string, Harm]>([
    ['a bad block', fill(() => middle(of('message_words_data').leaves), 0xff, 200)],
    ['a block of zeros', fill(() => middle(of('message_words_data').leaves), 0)],
    ['a zeroed root page of its data', fill(() => of('message_words_data').root, 0)],
    ['a zeroed root page of its terms', fill(() => of('message_words_idx').root, 0)],
    ['a zeroed root page of its settings', fill(() => of('message_words_config').root, 0)],
  ])('keeps every message: %s', (_, harm) => {
    nothingLost(afterHarm(harm));
  });

  const takeOut = (which: string) => (db: WritableDb) => {
    const index = createSearchIndex(createQueries(db));
    const rows = db.prepare<[number, number], Indexed>(sql.indexedAbove).all(0, Number.MAX_SAFE_INTEGER);
    const numbers = new Set(db.prepare(`SELECT number FROM messages WHERE ${which}`).pluck().all());
    for (const message of rows) if (numbers.has(message.number)) index.remove(message);
  };
  const execute = (change: string) => (db: WritableDb) => db.exec(change);

  it.each<[string, (db: WritableDb) => unknown]>([
    ['its structure is gone', execute('DELETE FROM message_words_data WHERE id = 10')],
    ['its averages are gone', execute('DELETE FROM message_words_data WHERE id = 1')],
    ['a segment is gone', execute('DELETE FROM message_words_data WHERE id > 10')],
    ['half of its words are gone', execute('DELETE FROM words WHERE id % 2')],
    ['it is empty', execute("INSERT INTO message_words (message_words) VALUES ('delete-all')")],
    ['its words are gone', execute('DELETE FROM words')],
    ['half of the messages were taken out of it', takeOut('number % 2')],
    ['a message came without it', takeOut('number = (SELECT max(number) FROM messages)')],
  ])('keeps every message and finds each: %s', (_, change) => {
    const other = openTestStore(file, { seed });
    other.db.unsafeMode();
    change(other.db);
    other.close();
    made = readFileSync(file);
    const result = afterHarm(() => {});
    expect(result.recovered).toEqual({ how: 'index' });
    expect(result.there).toEqual(texts);
    expect(result.agrees).toEqual(agreeing(texts.length));
  });
});

describe('a history of which a part cannot be read (H8, P9)', () => {
  const lostAtMost = (count: number, result: ReturnType<typeof afterHarm>) => {
    const lost = texts.filter((text) => !result.there.includes(text));
    expect(lost.length).toBeLessThanOrEqual(count);
    expect(result.there.filter((text) => !texts.includes(String(text)))).toEqual([]);
    const { spans: counted, ...agrees } = result.agrees;
    // The number that was used twice may have lost one message or both.
    expect(result.there.length - Number(counted)).toBeOneOf([0, -1]);
    expect({ ...agrees, spans: result.there.length }).toEqual(agreeing(result.there.length));
    if (lost.length === 0) expect(result.spansNow).toBe(spans);
    expect(result.recovered?.how).toBeOneOf(lost.length === 0 ? ['copied', 'index'] : ['copied']);
    expect(result.next).toBe(MESSAGES / 2 + 1);
    return lost;
  };

  it.each<[string, number, Harm]>([
    ['an index of the messages', 0, fill(() => middle(of('messages_in_order').leaves), 0)],
    ['a page of an index that names other rows', 0, fill(() => middle(of('messages_by_author').leaves), 0x41, 2000)],
    ['the root of an index', 0, fill(() => of('messages_by_id').root, 0xff)],
    ['the root of the messages', 0, fill(() => of('messages').root, 0)],
    ['the root of the messages, overwritten', 0, fill(() => of('messages').root, 0xff)],
    ['a pointer to a page', 0, write(() => of('messages').root, 8, 0, 0, 0, 1)],
    ['a pointer past the end', 0, write(() => of('messages').root, 8, 0xff, 0, 0, 1)],
    ['a leaf of the messages', 30, fill(() => middle(of('messages').leaves), 0)],
    ['the head of a leaf', 0, fill(() => middle(of('messages').leaves), 0xff, 0, 8)],
    ['the head and the pointers of a leaf', 0, headAndPointers(() => middle(of('messages').leaves))],
    ['the kind of a leaf', 0, write(() => middle(of('messages').leaves), 0, 10)],
    ['the count of a leaf’s cells', 30, write(() => middle(of('messages').leaves), 3, 0, 1)],
    ['the second half of a leaf', 30, fill(() => middle(of('messages').leaves), 0xff, PAGE / 2)],
    ['a page of a long text', 1, fill(() => middle(of('messages').overflow), 0xff)],
    ['the rest of a long text', 1, fill(() => of('messages').overflow[0] ?? 0, 0, 0, 4)],
    ['the authors', 0, fill(() => of('authors').root, 0)],
    ['the authors, overwritten', 0, fill(() => of('authors').root, 0xff)],
    ['the index of the authors', 0, fill(() => of('sqlite_autoindex_authors_1').root, 0)],
    ['the names', 0, fill(() => of('names').root, 0)],
    ['the spans', 0, fill(() => of('spans').root, 0)],
    ['the deliveries', 0, fill(() => middle(of('deliveries').leaves), 0)],
    ['the pins', 0, fill(() => of('pins').root, 0xff)],
    ['the floors', 0, fill(() => of('own_floors').root, 0xff)],
    ['the schema', 0, fill(() => 1, 0xff)],
    ['the schema’s count of cells', 0, write(() => 1, 3, 0, 0)],
    ['the first hundred bytes', 0, (bytes) => void bytes.fill(0, 0, 100)],
    ['the first page', 0, (bytes) => void bytes.fill(0, 0, PAGE)],
    ['the name of the format', 0, (bytes) => void bytes.write('SQLite format 4', 0)],
    ['the size of a page', 0, (bytes) => void bytes.writeUInt16BE(513, 16)],
    ['the version, lower', 0, (bytes) => void bytes.writeUInt32BE(2, 60)],
    ['the version, none', 0, (bytes) => void bytes.writeUInt32BE(0, 60)],
    ['the list of free pages', 0, (bytes) => void bytes.writeUInt32BE(3, 32)],
    ['the encoding', 0, (bytes) => void bytes.writeUInt32BE(2, 56)],
  ])('gives up nothing else: %s', (_, count, harm) => {
    lostAtMost(count, afterHarm(harm));
  });

  it.each([2, 10, 40, 60, 80])('keeps what is left when the file ends after %i of a hundred parts', (percent) => {
    const kept = Math.floor((made.length * percent) / 100);
    // In so short a file the roots of all tables come first.
    const left = of('messages').leaves.filter((page) => page * PAGE <= kept).length;
    const result = afterHarm(
      () => {},
      (bytes) => bytes.subarray(0, kept),
    );
    expect(result.there.filter((text) => !texts.includes(String(text)))).toEqual([]);
    expect(result.there.length).toBeGreaterThanOrEqual(left * 10);
    expect(left > 3).toBe(percent >= 60);
    expect(result.agrees.integrity).toBe('ok');
    expect(result.aside).toHaveLength(1);
  });

  it('keeps messages of a room whose key is lost, and takes the key from an invite again', () => {
    const { there, recovered } = afterHarm(fill(() => of('rooms').root, 0));
    expect(there).toEqual(texts);
    expect(recovered).toMatchObject({ how: 'copied', complete: false, roomsWithoutKey: 1 });
    const ben = openTestStore(file, { seed });
    expect(ben.store.room(roomId)?.secret).toHaveLength(0);
    ben.addRoom(roomId);
    expect(ben.store.room(roomId)?.secret).toHaveLength(48);
    expect(ben.store.page(roomId, undefined, 1).total_count).toBe(MESSAGES + 2);
    ben.close();
  });

  it('keeps messages whose authors’ names are lost, and takes them as they were signed when they come again', () => {
    const entries = () =>
      ben.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 1_000).messages;
    let ben = openTestStore(file, { seed });
    const before = entries();
    ben.close();
    const { there, spansNow } = afterHarm((bytes) => {
      for (const name of ['names', 'sqlite_autoindex_names_1']) fill(() => of(name).root, 0)(bytes);
    });
    expect(there).toEqual(texts);
    expect(spansNow).toBe('[]');
    ben = openTestStore(file, { seed });
    for (let at = 0; at < before.length; at += 100) {
      expect(ben.store.record(roomId, before.slice(at, at + 100)).refused).toBe(0);
    }
    expect(entries().slice(0, before.length)).toEqual(before);
    expect(ben.store.page(roomId, undefined, 1).total_count).toBe(texts.length + 1);
    expect(ben.store.search('From', { roomId }, 1).total_count).toBe(texts.length);
    ben.close();
  });

  it('adds from the newest good backup what was lost, and nothing that stands elsewhere', () => {
    copyFileSync(file, `${file}.backup-v${migrations.length}`);
    writeFileSync(`${file}.backup-v${migrations.length + 1}`, 'no good');
    const ben = openTestStore(file, { seed });
    texts.push(ben.compose(roomId, 'From Ben, after the backup').text);
    pages = pagesOf(ben.db);
    ben.close();
    made = readFileSync(file);
    const result = afterHarm((bytes) => {
      for (const leaf of of('messages').leaves.slice(2, 9)) fill(() => leaf, 0)(bytes);
      fill(() => of('rooms').root, 0)(bytes);
    });
    expect(result.recovered).toMatchObject({ how: 'copied', complete: false, fromBackup: true, roomsWithoutKey: 0 });
    expect(result.there).toEqual(texts);
    expect(result.agrees).toEqual(agreeing(texts.length));
  });

  it('does not bring back from a backup what a table that is whole had let go', () => {
    const ben = openTestStore(file, { seed });
    ben.db.exec("INSERT INTO servers (host, added_at) VALUES ('gone.example', 1)");
    ben.db.prepare('VACUUM INTO ?').run(`${file}.backup-v${migrations.length}`);
    ben.db.exec('DELETE FROM servers');
    pages = pagesOf(ben.db);
    ben.close();
    made = readFileSync(file);
    afterHarm(fill(() => middle(of('messages').leaves), 0));
    const again = openTestStore(file, { seed });
    expect(again.store.servers()).toEqual([]);
    again.close();
  });

  it('reads what is still in the log of a file that is damaged', () => {
    const ben = openTestStore(file, { seed });
    texts.push(ben.compose(roomId, 'From the log').text);
    const bytes = readFileSync(file);
    const wal = readFileSync(`${file}-wal`);
    ben.close();
    fill(() => middle(of('messages_in_order').leaves), 0)(bytes);
    writeFileSync(`${file}-wal`, wal);
    made = bytes;
    const result = afterHarm(() => {});
    expect(result.there).toEqual(texts);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('takes no text for a message, though it looks like a row of one', () => {
    const bytes = Buffer.from(made);
    const [leaf = 0] = of('messages').leaves;
    // A leaf that no tree leads to any more, in a page that looks like a text.
    const copy = Buffer.from(bytes.subarray(at(leaf), at(leaf) + PAGE));
    copy.fill(0x20, 0, 8);
    const forged = copy.toString('latin1').replaceAll('From Ana', 'From Eve');
    made = Buffer.concat([bytes, Buffer.from(forged, 'latin1')]);
    made.writeUInt32BE(made.length / PAGE, 28);
    const result = afterHarm(fill(() => of('messages').root, 0));
    expect(result.there.filter((text) => String(text).includes('Eve'))).toEqual([]);
  });

  it('is whole at each start, wherever the one before was ended while it repaired', () => {
    const bytes = Buffer.from(made);
    fill(() => middle(of('messages_in_order').leaves), 0)(bytes);
    writeFileSync(file, bytes);
    openHistory(file, () => 1).db.close();
    // The new file was finished and the damaged one still there.
    copyFileSync(file, `${file}.renewed`);
    writeFileSync(file, bytes);
    writeFileSync(`${file}.copied.part`, 'half of it');
    const ben = openTestStore(file, { seed });
    expect(ben.recovered).toBeNull();
    expect(ben.store.page(roomId, undefined, 1).total_count).toBe(MESSAGES + 1);
    ben.close();
    expect(readdirSync(folder.path).filter((name) => /part|renewed/.test(name))).toEqual([]);
  });
});
