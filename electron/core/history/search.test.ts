import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EntryContent, foldText, profileFromName } from '@parley/shared/model';
import { FileId, type MessageId, type RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { author, newMessageId, openTestStore, randomId, type TestStore, temporaryFolder } from '../testing/test-kit.ts';
import { createQueries } from './database.ts';
import { mergeSearchIndex, SEGMENTS_MAX } from './merge-index.ts';
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
        { mine: false, state: 2, held: true, shown: 1, now: 6 },
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

  it('gives the best first where that is wanted, the newer of two that are as good before the other', () => {
    for (const text of ['The tea is hot', 'Teapots', 'A steady hand', 'No match', 'The tea is old'])
      ben.compose(roomId, text);
    const search = (limit: number) => ben.store.search('tea', { order: 'best' }, limit);
    const page = search(10);
    expect(page.items.map(({ item }) => item.text)).toEqual([
      'The tea is old',
      'The tea is hot',
      'Teapots',
      'A steady hand',
    ]);
    expect(page).toMatchObject({ total_count: 4, has_more: false, next_before: null });
    expect(search(2)).toMatchObject({ returned_count: 2, total_count: 4, next_before: null });
  });

  it('looks for the best among the newest of very many, and says so', () => {
    fill(['pear', ...Array.from({ length: 1_200 }, (_, i) => `Pearls ${i}`)]);
    const page = ben.store.search('pear', { order: 'best' }, 10);
    expect(page).toMatchObject({ returned_count: 10, total_count: null, has_more: false });
    expect(page.items.some(({ item }) => item.text === 'pear')).toBe(false);
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

describe('a search for files', () => {
  const offer = (room: RoomId, name: string, sentAt = ben.clock.now()) => {
    ben.clock.advance(sentAt - ben.clock.now() + 1_000);
    const id = newMessageId();
    const facts = { salt: randomId(16), name, folders: [], sizeBytes: 5, root: randomId(32) };
    const content = { kind: 'file', of: null, fileId: FileId.parse(id), ...facts } as const;
    return ben.store.compose({ id, roomId: room, content }, profileFromName('Ben')).item;
  };

  it('finds them by a part of their names, or all of them, newest first and through all pages (H3)', () => {
    const other = ben.addRoom();
    fill(Array.from({ length: 30 }, (_, at) => `Plan ${at} is in the file`));
    const names = Array.from({ length: 45 }, (_, at) => `Site-plan ${at}.pdf`);
    for (const name of names) offer(other, name);
    offer(roomId, 'Café menu.png');
    ben.compose(roomId, 'And a text after them');
    expect(found('', { kind: 'file' })).toEqual(['Café menu.png', ...names.toReversed()]);
    expect(found('plan 4', { kind: 'file' })).toEqual(names.filter((name) => name.includes('4')).toReversed());
    expect(found('cafe', { kind: 'file' })).toEqual(['Café menu.png']);
    expect(found('"plan 44."', { kind: 'file' })).toEqual(['Site-plan 44.pdf']);
    expect(found('', { kind: 'file', roomId })).toEqual(['Café menu.png']);
    expect(found('menu', { kind: 'file', roomId: other })).toEqual([]);
    expect(found('file', { kind: 'file' })).toEqual([]);
    // They are among the messages too.
    expect(found('"site-plan 7"')).toEqual(['Site-plan 7.pdf']);
  });

  it('gives a hit with the file and the places in its name, and counts what it can', () => {
    const item = offer(roomId, 'Meadow.pdf');
    const page = ben.store.search('mead', { kind: 'file' }, 5);
    expect(page).toMatchObject({ total_count: 1, items: [{ item: { id: item.id }, matches: [[0, 4]] }] });
    expect(page.items[0]?.item.content).toEqual(item.content);
    offer(roomId, 'Other.pdf');
    expect(ben.store.search('', { kind: 'file' }, 1)).toMatchObject({ total_count: null, has_more: true });
    expect(ben.store.search('', { kind: 'file', until: 5 }, 1).total_count).toBe(0);
  });

  it('finds none that was deleted, and no other entry', () => {
    const of = offer(roomId, 'Gone.pdf');
    const kept = offer(roomId, 'Kept.pdf');
    const compose = (content: EntryContent) => {
      ben.clock.advance(1_000);
      ben.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ben'));
    };
    compose({ kind: 'delete', of: { author: of.author, id: of.id } });
    compose({ kind: 'reaction', of: { author: kept.author, id: kept.id }, emoji: '👍', on: true });
    compose({ kind: 'timer', of: null, lifetimeMs: 60_000 });
    const eve = author('Eve');
    const body = { salt: randomId(16), name: 'Withheld.pdf', folders: [], sizeBytes: 5, root: randomId(32) };
    const withheld = eve.write(roomId, { kind: 'file', body } as never);
    expect(ben.store.record(roomId, [{ ...withheld, body: null } as never]).refused).toBe(0);
    expect(found('', { kind: 'file' })).toEqual(['Kept.pdf']);
    ben.store.record(roomId, [withheld]);
    expect(found('', { kind: 'file' })).toEqual(['Withheld.pdf', 'Kept.pdf']);
  });
});

describe('entries that are not shown', () => {
  it('are in no hit and in no count, whatever took their words (H3)', () => {
    const eve = author('Eve');
    const textBy = (seq: number, text: string, more = {}) => eve.write(roomId, { seq, text, ...more });
    const [edited, deleted, passing] = [
      textBy(1, 'pear one'),
      textBy(2, 'pear two'),
      textBy(3, 'pear three', { expires: 60_000, sentAt: ben.clock.now() }),
    ];
    const about = (seq: number, { id }: { id: MessageId }, fields: object) =>
      eve.write(roomId, { seq, of: { author: eve.deviceId, id }, ...fields } as never);
    const salt = randomId(16);
    ben.store.record(roomId, [edited, deleted, passing, textBy(4, 'pear four')]);
    ben.store.record(roomId, [
      about(5, edited, { kind: 'edit', body: { salt, text: 'apple' } }),
      about(6, deleted, { kind: 'delete', body: null }),
      about(7, edited, { kind: 'reaction', body: { salt, emoji: '👍', on: true } }),
      textBy(8, 'pear withheld', { body: null, digest: 'A'.repeat(43) }),
    ]);
    ben.clock.advance(100_000);
    expect(ben.store.expire().erased).toBe(1);
    for (const filter of [{}, { roomId }, { author: eve.deviceId }, { roomId, author: eve.deviceId }]) {
      expect([found('pear', filter), ben.store.search('pear', filter, 1).total_count]).toEqual([['pear four'], 1]);
      expect([found('apple', filter), found('👍', filter)]).toEqual([['apple'], []]);
    }
    // Each is in the index by its room, author and month, by which a room is deleted and the index is checked.
    expect(indexed()).toBe(8);
    ben.store.setKeep(roomId, 86_400_000);
    ben.clock.advance(9e10);
    ben.store.forget(ben.clock.now());
    expect([found('pear'), found('apple'), ben.store.search('e', { roomId }, 1).total_count]).toEqual([[], [], 0]);
    ben.store.deleteRoom(roomId);
    expect(indexed()).toBe(0);
  });
});

describe('recording many messages at once', () => {
  /** The segments in which FTS5 wrote a table. */
  const segments = (table: string) =>
    ben.db.prepare<[], number>(`SELECT count(DISTINCT segid) FROM ${table}_idx`).pluck().get();

  it('writes each index of words once, not for each message (H3)', () => {
    const ana = author();
    const messages = Array.from({ length: 40 }, (_, at) =>
      ana.write(roomId, { seq: at + 1, text: `word${at} other${at} same` }),
    );
    expect(ben.store.record(roomId, messages)).toMatchObject({ gained: 40 });
    expect([segments('message_words'), segments('word_parts')]).toEqual([1, 1]);
    expect(found('other39')).toHaveLength(1);
  });

  /** Many segments in few messages: FTS5 is kept from merging them as it goes. */
  const leaveSegments = (count: number) => {
    const ana = author();
    for (const option of [sql.messageWordsOption, sql.wordPartsOption]) ben.db.prepare(option).run('automerge', 0n);
    for (let seq = 1; seq <= count; seq++)
      ben.store.record(roomId, [ana.write(roomId, { seq, text: `word${seq} other${seq} same` })]);
    expect(segments('message_words')).toBe(count);
  };

  it('leaves segments that are merged beside the work where they are many, and then finds the same (H3)', () => {
    leaveSegments(SEGMENTS_MAX);
    expect([...mergeSearchIndex(ben.db)]).toEqual([]);
    ben.compose(roomId, 'One more');
    const before = found('same');
    expect([...mergeSearchIndex(ben.db)]).not.toEqual([]);
    expect([segments('message_words'), segments('word_parts')]).toEqual([1, 1]);
    expect(found('same')).toEqual(before);
    expect(found('other7')).toEqual(['word7 other7 same']);
    expect([...mergeSearchIndex(ben.db)]).toEqual([]);
  });

  it('leaves them as they are where another program writes (H3)', () => {
    leaveSegments(SEGMENTS_MAX + 1);
    ben.db.pragma('busy_timeout = 0');
    const other = openTestStore(join(folder.path, 'ben.db'), { seed: ben.seed });
    other.db.exec('BEGIN IMMEDIATE');
    expect([...mergeSearchIndex(ben.db)]).toEqual([]);
    other.db.exec('COMMIT');
    other.close();
    expect([...mergeSearchIndex(ben.db)]).not.toEqual([]);
  });

  it('finds every word after a batch was undone and recorded again', () => {
    const ana = author();
    const messages = Array.from({ length: 20 }, (_, at) => ana.write(roomId, { seq: at + 1, text: `again${at} same` }));
    ben.db.exec(`CREATE TEMP TRIGGER no_more BEFORE INSERT ON messages WHEN new.seq = 15
      BEGIN SELECT RAISE(ABORT, 'the test says no'); END`);
    expect(() => ben.store.record(roomId, messages)).toThrow('the test says no');
    ben.db.exec('DROP TRIGGER no_more');
    expect(found('same')).toEqual([]);
    expect(ben.store.record(roomId, messages)).toMatchObject({ gained: 20 });
    expect(found('same')).toHaveLength(20);
    for (const at of [0, 13, 14, 19]) expect(found(`again${at}`)).toEqual([`again${at} same`]);
  });
});
