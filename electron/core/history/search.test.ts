import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldText } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, newMessageId, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { createQueries } from './database.ts';
import { createMessageWriter } from './message-writer.ts';
import { createSearchIndex, type Indexed } from './search-index.ts';
import { LOOKED_AT_MAX, type SearchWish } from './search-store.ts';
import { sql } from './statements.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let roomId: RoomId;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
  ben.db.pragma('synchronous = OFF');
  roomId = ben.addRoom();
});
afterEach(() => {
  ben.close();
  folder.remove();
});

/** Every hit, through all pages. */
function found(query: string, filter: SearchWish = {}): string[] {
  const texts: string[] = [];
  for (let before: number | undefined; ; ) {
    const page = ben.store.search(query, { ...filter, before }, 20);
    texts.push(...page.items.map(({ item }) => item.text));
    if (page.next_before === null) return texts;
    before = page.next_before;
  }
}
const indexed = () => createSearchIndex(createQueries(ben.db)).count(0, Number.MAX_SAFE_INTEGER);
const entries = (): Indexed[] =>
  ben.db.prepare<[number, number], Indexed>(sql.indexedAbove).all(0, Number.MAX_SAFE_INTEGER);

/** Many messages at once, without signatures. */
function fill(texts: readonly string[]): void {
  const writer = createMessageWriter(createQueries(ben.db));
  const index = createSearchIndex(createQueries(ben.db));
  const ana = author().deviceId;
  ben.db.transaction(() => {
    for (const [at, text] of texts.entries()) {
      const number = writer.insert(
        {
          id: newMessageId(),
          roomId,
          author: ana,
          authorName: 'Ana',
          seq: at + 1,
          clock: at + 1,
          sentAt: 5,
          kind: 'text',
          of: null,
          digest: '',
          body: { salt: '', text },
          sig: '',
        },
        { mine: false, state: 2, held: true, shown: true, now: 6 },
      );
      index.add({ number, roomId, author: ana, sentAt: 5, text });
    }
  })();
}

describe('search (H3)', () => {
  it.each([
    ['cafe', 'Im Café'],
    ['CAFÉ', 'im cafe'],
    ['strasse', 'Die Straße'],
    ['istanbul', 'İstanbul'],
    ['οδοσ', 'ΟΔΟΣ'],
    ["don't", 'I don’t know'],
    ['“the winter”', 'In the\nwinter'],
    ['ｏｋ', 'OK!'],
    ['hab', 'ไม่ haben'],
    ['ไม', 'ไม่เป็นไร'],
    ['국', '한국어'],
    ['東京都庁で', '来週は東京都庁で会いましょう'],
    ['1.5', 'Version 1.50'],
  ])('finds %s in %s', (query, text) => {
    ben.compose(roomId, 'Nothing of that kind');
    ben.compose(roomId, text);
    expect(found(query)).toEqual([text]);
  });

  it('finds one and two characters in the oldest of very many messages', () => {
    fill(['OK 7 中文', ...Array.from({ length: 25_000 }, (_, i) => `Message of a long talk, part ${'abcdef'[i % 6]}`)]);
    for (const query of ['ok', '7', '中', '中文', 'k 7']) expect([query, found(query)]).toEqual([query, ['OK 7 中文']]);
  });

  it('reads no more in one call than it may, and goes on where it was', () => {
    fill(['of a', ...Array.from({ length: LOOKED_AT_MAX * 2 }, () => 'of and a')]);
    const first = ben.store.search('"of a" "f a"', {}, 10);
    expect(first.items).toHaveLength(10);
    const exact = ben.store.search('"of a"', { before: 5 }, 10);
    expect(exact.items.map(({ item }) => item.text).at(-1)).toBe('of a');
    const rare = ben.store.search('"d of"', {}, 10);
    expect(rare).toMatchObject({ returned_count: 0, has_more: true, total_count: null });
    expect(found('"d of"')).toEqual([]);
  });

  it('narrows to room, author and time, together', () => {
    const ana = author();
    const other = ben.addRoom();
    const day = (n: number) => Date.UTC(2026, 0, n);
    const write = (room: RoomId, seq: number, sentAt: number, text: string) =>
      ben.store.record(room, [ana.write(room, { seq, clock: 100 + seq, sentAt, text })]);
    write(roomId, 1, day(1), 'pear one');
    write(roomId, 2, day(31), 'pear two');
    write(roomId, 3, day(32), 'pear three');
    write(other, 1, day(31), 'pear elsewhere');
    ben.compose(roomId, 'pear of mine');
    expect(found('pear', { roomId, author: ana.deviceId })).toEqual(['pear three', 'pear two', 'pear one']);
    expect(found('pear', { from: day(31), until: day(32) })).toEqual(['pear elsewhere', 'pear two']);
    expect(found('pear', { roomId, from: day(2) })).toEqual(['pear three', 'pear two']);
    expect(found('p', { author: ben.deviceId })).toEqual(['pear of mine']);
    expect(found('pear', { from: day(300) })).toEqual([]);
  });

  it('takes the names of rooms and authors for no words', () => {
    ben.compose(roomId, 'Hello');
    expect([found(roomId.slice(3, 8)), found('month'), found('room')]).toEqual([[], [], []]);
  });

  it('finds what reading every message would find', () => {
    const alphabet = fc.constantFrom('a', 'b', 'É', 'ß', ' ', '.', '中', '文', '7', 'が', '🍍');
    const word = fc.string({ unit: alphabet, minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), word, (texts, query) => {
        const room = ben.addRoom();
        for (const text of texts) ben.compose(room, text.trim());
        const term = foldText(query).trim();
        const expected = texts.map((text) => text.trim()).filter((text) => foldText(text).includes(term));
        expect(found(`"${query}"`, { roomId: room })).toEqual(expected.reverse());
      }),
      { seed: 20_263, numRuns: 60 },
    );
  });
});

describe('what is deleted', () => {
  it('leaves the index with each message, and its words when nobody else uses them', () => {
    ben.compose(roomId, 'A private pineapple 中文');
    ben.compose(roomId, 'A public banana');
    const [private_] = entries();
    if (!private_) throw new Error('nothing was indexed');
    const index = createSearchIndex(createQueries(ben.db));
    ben.db.transaction(() => index.remove(private_))();
    const words = ben.db.prepare('SELECT word FROM words').pluck().all().join(' ');
    for (const gone of ['pineapple', 'private', '中', '文']) expect(words).not.toContain(gone);
    expect([words.includes('banana'), found('banana'), indexed()]).toEqual([true, ['A public banana'], 1]);
  });

  it.each([3, 2_100])('of a room with %i messages is in none of the tables and files', (many) => {
    const other = ben.addRoom();
    ben.compose(other, 'Stays here');
    fill(Array.from({ length: many }, (_, at) => `Pineapple${at} 漢字`));
    ben.db.prepare('UPDATE rooms SET message_count = ? WHERE room_id = ?').run(many, roomId);
    expect(found('apple1', { roomId }).length).toBeGreaterThan(0);
    ben.store.deleteRoom(roomId);
    expect(indexed()).toBe(1);
    expect(found('stays')).toEqual(['Stays here']);
    const words = ben.db.prepare('SELECT word FROM words ORDER BY id').pluck().all();
    expect(words.filter((word) => !/^(room|author|month) /.test(String(word)))).toEqual(['stays', 'here']);
    for (const name of readdirSync(folder.path)) {
      const bytes = readFileSync(join(folder.path, name));
      expect([name, bytes.includes('pineapple'), bytes.includes('Pineapple'), bytes.includes('漢')]).toEqual([
        name,
        false,
        false,
        false,
      ]);
    }
  });
});

describe('a search for links', () => {
  it('finds the messages that hold one, with and without a word, through all pages (H3)', () => {
    fill([
      'See https://print.example/profiles',
      'It is 10:30',
      'or write to mailto:ana@studio.example',
      'ftp://old.example is none',
      ...Array.from({ length: 50 }, (_, at) => `Page ${at}: https://print.example/${at}`),
    ]);
    expect(found('', { kind: 'link' })).toHaveLength(52);
    expect(found('write', { kind: 'link' })).toEqual(['or write to mailto:ana@studio.example']);
    expect(found('10', { kind: 'link' })).toEqual(['Page 10: https://print.example/10']);
    expect(found('', { kind: 'link', roomId: ben.addRoom() })).toEqual([]);
    expect(found('')).toEqual([]);
  });
});
