import { join } from 'node:path';
import { cursorAt, type Entry, HISTORY_START, type HistoryItem, profileFromName } from '@parley/shared/model';
import { LIMITS, ParleyError, type RoomId, toBase64Url } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  author,
  newDeviceId,
  newMessageId,
  newRoomId,
  openTestStore,
  randomId,
  type TestStore,
  temporaryFolder,
  wordsOf,
} from '../testing/test-kit.ts';
import { noPrint, printText, withId } from './prints.ts';

let folder: ReturnType<typeof temporaryFolder>;
let ben: TestStore;
let roomId: RoomId;
beforeEach(() => {
  folder = temporaryFolder();
  ben = openTestStore(join(folder.path, 'ben.db'));
  roomId = ben.addRoom();
});
afterEach(() => {
  ben.close();
  folder.remove();
});

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ParleyError) return error.toRefusal();
    throw error;
  }
  throw new Error('nothing was refused');
};
const profile = profileFromName('Ben');
const textOf = (text: string) => ({ content: { kind: 'text' as const, text, of: null } });
const textsOf = (items: readonly (HistoryItem | Entry)[]) =>
  items.map((item) => ('text' in item ? item.text : (wordsOf(item) ?? '')));
const last = <T>(items: readonly T[]): T => {
  const item = items.at(-1);
  if (item === undefined) throw new Error('there is none');
  return item;
};
const everything = { above: null, upTo: null, after: null };
const nothing = { ...everything, heads: [] };
const headsOf = (store: TestStore, room: RoomId) => store.store.heads(room, null, null).heads;
const holdingsOf = (store: TestStore, room: RoomId) => ({ ...everything, heads: headsOf(store, room) });
const printOf = (...messages: { id: string }[]) =>
  printText(messages.reduce((print, { id }) => withId(print, id), noPrint()));
const newestTexts = (store: TestStore, room: RoomId) => textsOf(store.store.page(room, undefined, 200).items);

describe('composing', () => {
  it('gives each message the next seq, a clock after everything seen, and a signature others accept', () => {
    const ana = author();
    const first = ben.compose(roomId, 'One');
    ben.store.record(roomId, [ana.write(roomId, { clock: 40 })]);
    const second = ben.compose(roomId, 'Two');
    expect([first.seq, first.clock, second.seq, second.clock]).toEqual([1, 1, 2, 41]);

    const eve = openTestStore(join(folder.path, 'eve.db'));
    eve.addRoom(roomId);
    const { messages } = ben.store.missing(roomId, nothing, 50);
    const stored = messages.map(({ author, id }) => ({ author, id, met: false }));
    expect(eve.store.record(roomId, messages)).toMatchObject({ refused: 0, stored });
    eve.close();
  });

  it('stores a message once, however often it is asked with the same id', () => {
    const id = newMessageId();
    const first = ben.store.compose({ id, roomId, ...textOf('Once') }, profile);
    const again = ben.store.compose({ id, roomId, ...textOf('Once') }, profile);
    expect(again).toEqual(first);
    expect(ben.store.page(roomId, undefined, 10).total_count).toBe(1);
  });

  it('refuses an id that it used in another room', () => {
    const { id } = ben.compose(roomId, 'One');
    const draft = { id, roomId: ben.addRoom(), ...textOf('Two') };
    expect(refusalOf(() => ben.store.compose(draft, profile)).code).toBe('bad-request');
  });

  it('refuses a room that is not here', () => {
    expect(
      refusalOf(() => ben.store.compose({ id: newMessageId(), roomId: newRoomId(), ...textOf('x') }, profile)),
    ).toEqual(expect.objectContaining({ code: 'room-unknown' }));
  });

  it('holds back the 21st message in 10 s and says truthfully when it will go', () => {
    for (let i = 0; i < LIMITS.spamMessagesMax; i++) {
      ben.clock.advance(100);
      ben.store.compose({ id: newMessageId(), roomId, ...textOf(`Message ${i}`) }, profile);
    }
    const send = () => ben.store.compose({ id: newMessageId(), roomId, ...textOf('One more') }, profile);
    const refusal = refusalOf(send);
    expect(refusal.code).toBe('message-spam');
    const waitMs = refusal.retryAfterMs ?? 0;
    ben.clock.advance(waitMs - 1);
    expect(refusalOf(send).code).toBe('message-spam');
    ben.clock.advance(1);
    expect(send().item.state).toBe('queued');
  });

  it('holds back the sixth message with the same text', () => {
    const send = (text: string) => ben.store.compose({ id: newMessageId(), roomId, ...textOf(text) }, profile);
    for (let i = 0; i < LIMITS.spamIdenticalMax; i++) send('Hey!');
    expect(refusalOf(() => send('Hey!'))).toMatchObject({ code: 'message-spam', retryAfterMs: LIMITS.spamWindowMs });
    expect(send('Something else').item.text).toBe('Something else');
  });

  it('never uses a seq twice, not even after the room was deleted and joined again', () => {
    ben.compose(roomId, 'One');
    const two = ben.compose(roomId, 'Two');
    ben.store.deleteRoom(roomId);
    ben.addRoom(roomId);
    const three = ben.compose(roomId, 'Three');
    expect([three.seq, three.clock]).toEqual([3, 3]);
    expect(three.clock).toBeGreaterThan(two.clock);
    expect(headsOf(ben, roomId)).toEqual([
      { author: ben.deviceId, seq: 0, print: printOf(), beyond: [{ first: 3, last: 3, print: printOf(three) }] },
    ]);
  });

  it('takes its own messages back from a member after a restore, as delivered', () => {
    const items = ['One', 'Two'].map((text) => ben.compose(roomId, text));
    const { messages } = ben.store.missing(roomId, nothing, 50);
    ben.store.deleteRoom(roomId);
    ben.addRoom(roomId);
    const { fresh } = ben.store.record(roomId, messages);
    expect(fresh).toEqual(items.map((item) => ({ ...item, state: 'delivered' })));
    expect(headsOf(ben, roomId)).toEqual([{ author: ben.deviceId, seq: 2, print: printOf(...items), beyond: [] }]);
    expect(ben.store.rooms()[0]?.unread).toBe(0);
  });
});

describe('recording', () => {
  it('keeps each message once and tells which were new', () => {
    const ana = author();
    const [one, two] = [ana.write(roomId, { seq: 1 }), ana.write(roomId, { seq: 2 })];
    const first = ben.store.record(roomId, [one]);
    expect(first.fresh.map(({ id, state, mine }) => ({ id, state, mine }))).toEqual([
      { id: one.id, state: 'delivered', mine: false },
    ]);
    const second = ben.store.record(roomId, [one, two, two]);
    expect(second.stored.map(({ id }) => id)).toEqual([one.id, two.id, two.id]);
    expect(second.fresh.map(({ id }) => id)).toEqual([two.id]);
    expect(ben.store.page(roomId, undefined, 10).total_count).toBe(2);
  });

  it('refuses every way of forging a message', () => {
    const ana = author();
    const eve = author('Eve');
    const genuine = ana.write(roomId, { text: 'Lunch at noon' });
    const forged: Entry[] = [
      { ...genuine, body: { salt: randomId(16), text: 'Lunch at one' } } as Entry,
      { ...genuine, body: { salt: randomId(16), text: 'Lunch at one' }, digest: ana.write(roomId).digest } as Entry,
      { ...genuine, kind: 'edit', of: { author: ana.deviceId, id: newMessageId() } } as Entry,
      { ...genuine, of: { author: ana.deviceId, id: newMessageId() } } as Entry,
      { ...genuine, authorName: 'Anna' },
      { ...genuine, sentAt: genuine.sentAt + 1 },
      { ...genuine, seq: 2 },
      { ...genuine, clock: 2 },
      { ...genuine, id: newMessageId() },
      { ...genuine, author: eve.deviceId },
      { ...genuine, sig: eve.write(roomId).sig },
      { ...genuine, sig: toBase64Url(new Uint8Array(64)) },
      ana.write(newRoomId()),
    ];
    const nothing = { stored: [], fresh: [], changed: [], gained: 0 };
    expect(ben.store.record(roomId, forged)).toMatchObject({ ...nothing, refused: forged.length, forged: 12 });
    expect(ben.store.record(roomId, [genuine])).toMatchObject({ stored: [{ id: genuine.id }] });
    // Also once the genuine one is here.
    expect(ben.store.record(roomId, forged.slice(0, 2))).toEqual({ ...nothing, refused: 2, forged: 2 });
  });

  it('keeps every message that an author signed under one seq or one clock, up to a limit', () => {
    const ana = author();
    const write = (fields: { seq: number; clock: number }) => ana.write(roomId, fields);
    const twice = [write({ seq: 1, clock: 5 }), write({ seq: 1, clock: 6 }), write({ seq: 2, clock: 5 })];
    expect(ben.store.record(roomId, twice)).toMatchObject({ refused: 0 });
    expect(ben.store.page(roomId, undefined, 10).total_count).toBe(3);
    const many = Array.from({ length: LIMITS.messagesPerSeqMax }, (_, index) => write({ seq: 3, clock: 10 + index }));
    expect(ben.store.record(roomId, many)).toMatchObject({ refused: 0 });
    expect(ben.store.record(roomId, [write({ seq: 3, clock: 90 })])).toMatchObject({ refused: 1, forged: 0 });
  });

  it('does not let one member set the clock of a room so far that nobody can write any more', () => {
    const eve = author('Eve');
    expect(ben.store.record(roomId, [eve.write(roomId, { clock: 2 ** 48 })]).refused).toBe(1);
    expect(ben.compose(roomId, 'Still fine').clock).toBe(1);
  });

  it('keeps a message whose id another member used before it came', () => {
    const [ana, eve] = [author(), author('Eve')];
    const genuine = ana.write(roomId, { text: 'From Ana' });
    const squatting = eve.write(roomId, { id: genuine.id, text: 'From Eve', clock: 2 });
    ben.store.record(roomId, [squatting]);
    const { stored, fresh, refused } = ben.store.record(roomId, [genuine]);
    expect(stored).toMatchObject([{ author: ana.deviceId, id: genuine.id }]);
    expect([textsOf(fresh), refused]).toEqual([['From Ana'], 0]);
    expect(newestTexts(ben, roomId)).toEqual(['From Ana', 'From Eve']);
  });

  it('tells two messages with one id apart wherever one of them is meant', () => {
    const eve = author('Eve');
    const mine = ben.compose(roomId, 'Mine');
    const theirs = eve.write(roomId, { id: mine.id, text: 'Theirs', clock: 2 });
    ben.store.record(roomId, [theirs]);

    const first = (message: { author: typeof mine.author; id: typeof mine.id }) =>
      textsOf(ben.store.around(roomId, message, 1).items);
    expect([first(mine), first(theirs)]).toEqual([['Mine'], ['Theirs']]);
    // A receipt names one's own message, never the other.
    expect(textsOf(ben.store.mark(roomId, newDeviceId(), 'read', [mine.id]))).toEqual(['Mine']);
    expect(ben.store.markSeen(roomId, { from: null, upTo: mine })).toEqual([]);
    expect(ben.store.markSeen(roomId, { from: null, upTo: theirs })).toMatchObject([
      { author: eve.deviceId, id: theirs.id },
    ]);
    expect(ben.store.compose({ id: mine.id, roomId, ...textOf('Mine') }, profile).item.text).toBe('Mine');
    expect(ben.store.page(roomId, undefined, 10).total_count).toBe(2);
  });

  it('takes nobody new who was never met into a room with very many authors', () => {
    const write = (each = author('Mallory'), seq = 1) => each.write(roomId, { seq, clock: seq });
    const first = author('First');
    const strangers = Array.from({ length: LIMITS.roomAuthorsMax - 1 }, () => write());
    expect(ben.store.record(roomId, [write(first), ...strangers]).refused).toBe(0);
    expect(ben.store.record(roomId, [write()]).refused).toBe(1);
    // A device that was met may still begin, everyone who is in it may go on, and other rooms are other rooms.
    const met = author('Ana');
    ben.store.meet(met.deviceId, profileFromName('Ana'));
    expect(ben.store.record(roomId, [write(met), write(first, 2)]).refused).toBe(0);
    expect(ben.compose(roomId, 'Mine').seq).toBe(1);
    const other = ben.addRoom();
    expect(ben.store.record(other, [author('Eve').write(other)]).refused).toBe(0);
  });

  it('takes what lies behind too many gaps when one of them is closed', () => {
    const eve = author('Eve');
    const write = (seq: number) => eve.write(roomId, { seq });
    const recorded = (...seqs: number[]) => ben.store.record(roomId, seqs.map(write)).refused;
    const scattered = Array.from({ length: LIMITS.spansMax }, (_, i) => 3 + 2 * i);
    expect(recorded(...scattered)).toBe(0);
    expect(recorded(101)).toBe(1);
    // A message next to one that is here makes no new gap, and the first of all is always taken.
    expect(recorded(1, 2, 101)).toBe(0);
    expect(headsOf(ben, roomId).find(({ author: id }) => id === eve.deviceId)?.seq).toBe(3);
  });

  it('counts heads up to the first gap, and past it when the gap is filled', () => {
    const ana = author();
    const [one, two, three, four] = [1, 2, 3, 4].map((seq) => ana.write(roomId, { seq }));
    if (!one || !two || !three || !four) throw new Error('four messages');
    const headAfter = (...messages: (typeof one)[]) => {
      ben.store.record(roomId, messages);
      return headsOf(ben, roomId).find((head) => head.author === ana.deviceId)?.seq;
    };
    expect(headAfter(four)).toBe(0);
    expect(headAfter(one)).toBe(1);
    expect(headAfter(three)).toBe(1);
    expect(headAfter(two)).toBe(4);
  });
});

describe('pages (H2)', () => {
  it('walk a room from the newest to the oldest, each message once', () => {
    const ana = author();
    for (let i = 1; i <= 25; i++) {
      if (i % 3 === 0) ben.compose(roomId, `m${i}`);
      else ben.store.record(roomId, [ana.write(roomId, { seq: i, clock: i, text: `m${i}` })]);
    }
    const seen: string[] = [];
    let page = ben.store.page(roomId, undefined, 10);
    expect(page).toMatchObject({ total_count: 25, returned_count: 10, has_more: true });
    for (;;) {
      seen.unshift(...textsOf(page.items));
      if (page.cursor === null) break;
      page = ben.store.page(roomId, page.cursor, 10);
    }
    expect(page).toMatchObject({ total_count: 25, returned_count: 5, has_more: false, cursor: null });
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `m${i + 1}`));
  });

  it('walk a room from its start to the newest, and say whether there are newer ones', () => {
    for (let i = 1; i <= 7; i++) ben.compose(roomId, `m${i}`);
    const first = ben.store.pageAfter(roomId, HISTORY_START, 3);
    expect(textsOf(first.items)).toEqual(['m1', 'm2', 'm3']);
    expect(first).toMatchObject({ has_more: false, cursor: null, has_newer: true });
    const second = ben.store.pageAfter(roomId, cursorAt(last(first.items)), 3);
    expect(textsOf(second.items)).toEqual(['m4', 'm5', 'm6']);
    expect(second).toMatchObject({ has_more: true, has_newer: true });
    const third = ben.store.pageAfter(roomId, cursorAt(last(second.items)), 3);
    expect(textsOf(third.items)).toEqual(['m7']);
    expect(third).toMatchObject({ has_more: true, has_newer: false });
    expect(ben.store.page(roomId, cursorAt(last(second.items)), 3)).toMatchObject({ has_newer: true });
    expect(ben.store.pageAfter(roomId, cursorAt(last(third.items)), 3)).toMatchObject({ items: [], total_count: 7 });
  });

  it('begin what was not seen at the first message of somebody else', () => {
    expect(ben.store.firstUnread(roomId)).toBeNull();
    const ana = author();
    const written = [1, 2, 3, 4].map((seq) => ana.write(roomId, { seq, clock: seq * 2, text: `m${seq}` }));
    ben.store.record(roomId, written);
    ben.compose(roomId, 'mine');
    expect(ben.store.firstUnread(roomId)).toEqual({ author: written[0]?.author, id: written[0]?.id });
    const [, second, third] = written;
    if (!second || !third) throw new Error('four messages');
    ben.store.markSeen(roomId, { from: null, upTo: second });
    expect(ben.store.firstUnread(roomId)).toEqual({ author: third.author, id: third.id });
  });

  it('stay where they were while new messages arrive', () => {
    for (let i = 1; i <= 6; i++) ben.compose(roomId, `m${i}`);
    const { cursor } = ben.store.page(roomId, undefined, 3);
    if (!cursor) throw new Error('there is more');
    ben.compose(roomId, 'm7');
    expect(textsOf(ben.store.page(roomId, cursor, 3).items)).toEqual(['m1', 'm2', 'm3']);
  });

  it('around a message hold it with what stands before and after it', () => {
    const items = Array.from({ length: 20 }, (_, i) => ben.compose(roomId, `m${i + 1}`));
    const middle = items[9];
    if (!middle) throw new Error('twenty messages');
    const page = ben.store.around(roomId, middle, 6);
    expect(textsOf(page.items)).toEqual(['m7', 'm8', 'm9', 'm10', 'm11', 'm12']);
    expect(page.has_more).toBe(true);
    expect(refusalOf(() => ben.store.around(ben.addRoom(), middle, 6)).code).toBe('bad-request');
  });
});

describe('delivery (H4)', () => {
  it('only advances, and counts each device once', () => {
    const { id } = ben.compose(roomId, 'On its way');
    const [ana, eve] = [newDeviceId(), newDeviceId()];
    const mark = (by: typeof ana, state: 'sent' | 'delivered' | 'read') =>
      ben.store
        .mark(roomId, by, state, [id])
        .map(({ state: reached, deliveredTo, readBy }) => [reached, deliveredTo, readBy]);
    expect(mark(ana, 'sent')).toEqual([['sent', 0, 0]]);
    expect(mark(ana, 'delivered')).toEqual([['delivered', 1, 0]]);
    expect(mark(ana, 'delivered')).toEqual([]);
    expect(mark(eve, 'read')).toEqual([['read', 2, 1]]);
    expect(mark(ana, 'sent')).toEqual([]);
    expect(mark(ana, 'read')).toEqual([['read', 2, 2]]);
    expect(mark(eve, 'delivered')).toEqual([]);
  });

  it('is known from how far the history of a device goes, also without receipts', () => {
    const items = ['One', 'Two', 'Three'].map((text) => ben.compose(roomId, text));
    const ids = items.map(({ id }) => id);
    const ana = newDeviceId();
    const held = (seq: number) => [
      { author: author().deviceId, seq: 9, print: printOf(), beyond: [] },
      { author: ben.deviceId, seq, print: printOf(...items.slice(0, seq)), beyond: [] },
    ];
    const changed = ben.store.markHeads(roomId, ana, held(2));
    expect(changed.map(({ id, state, deliveredTo }) => [id, state, deliveredTo])).toEqual([
      [ids[0], 'delivered', 1],
      [ids[1], 'delivered', 1],
    ]);
    expect(ben.store.markHeads(roomId, ana, held(2))).toEqual([]);
    expect(ben.store.markHeads(roomId, ana, held(3)).map(({ id }) => id)).toEqual([ids[2]]);
    expect(ben.store.markHeads(roomId, newDeviceId(), [])).toEqual([]);
  });

  it('is not told of a message that another device has something else in the place of', () => {
    const [one] = [ben.compose(roomId, 'One'), ben.compose(roomId, 'Two')];
    const theirs = [{ author: ben.deviceId, seq: 2, print: printOf(one, { id: newMessageId() }), beyond: [] }];
    expect(ben.store.markHeads(roomId, newDeviceId(), theirs)).toEqual([]);
  });

  it("has nothing to mark on others' messages or in another room", () => {
    const message = author().write(roomId);
    ben.store.record(roomId, [message]);
    const own = ben.compose(roomId, 'Mine');
    expect(ben.store.mark(roomId, newDeviceId(), 'read', [message.id, newMessageId()])).toEqual([]);
    expect(ben.store.mark(ben.addRoom(), newDeviceId(), 'read', [own.id])).toEqual([]);
  });

  it('counts what is unread, and answers what was when it is seen', () => {
    const ana = author();
    const messages = [1, 2, 3].map((seq) => ana.write(roomId, { seq, text: `m${seq}` }));
    ben.store.record(roomId, messages);
    ben.compose(roomId, 'Mine is never unread');
    const unread = () => ben.store.rooms().find((room) => room.room_id === roomId)?.unread;
    expect(unread()).toBe(3);
    const upTo = messages[1];
    if (!upTo) throw new Error('three messages');
    expect(ben.store.markSeen(roomId, { from: null, upTo })).toEqual(
      messages.slice(0, 2).map(({ id }) => ({ id, author: ana.deviceId, met: false })),
    );
    expect(unread()).toBe(1);
    expect(ben.store.markSeen(roomId, { from: null, upTo })).toEqual([]);
    expect(ben.store.page(roomId, undefined, 10).items.map(({ state }) => state)).toEqual([
      'read',
      'read',
      'delivered',
      'queued',
    ]);
  });
});

describe('rooms', () => {
  it('show their last message by the order of the room, not by when it arrived', () => {
    const ana = author();
    ben.store.record(roomId, [ana.write(roomId, { seq: 2, clock: 9, text: 'Later' })]);
    ben.store.record(roomId, [ana.write(roomId, { seq: 1, clock: 3, text: 'Earlier' })]);
    expect(ben.store.rooms()[0]?.lastMessage).toMatchObject({ text: 'Later', name: 'Ana', mine: false });
  });

  it('are deleted with everything in them, and nothing stays in the files', () => {
    const other = ben.addRoom();
    ben.compose(other, 'Stays');
    ben.compose(roomId, 'A very private pineapple');
    ben.store.mark(roomId, newDeviceId(), 'read', []);
    ben.store.deleteRoom(roomId);
    expect(ben.store.search('pineapple', {}, 10).total_count).toBe(0);
    expect(refusalOf(() => ben.store.page(roomId, undefined, 10)).code).toBe('room-unknown');
    const counts = ben.db
      .prepare('SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM spans) AS spans')
      .get();
    expect(counts).toEqual({ messages: 1, spans: 1 });
    expect(ben.db.pragma('wal_checkpoint', { simple: false })).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
    expect(newestTexts(ben, other)).toEqual(['Stays']);
  });
});

describe('search', () => {
  const found = (query: string, filter: Parameters<TestStore['store']['search']>[1] = {}) =>
    textsOf(ben.store.search(query, filter, 50).items.map(({ item }) => item));

  it.each([
    ['any part of a word', 'inter', 'We spent the winter there'],
    ['any case', 'WINTER', 'We spent the winter there'],
    ['words in any order', 'there winter', 'We spent the winter there'],
    ['a phrase in quotes', '"the winter"', 'We spent the winter there'],
    ['an apostrophe', "don't", "I don't think so"],
    ['an apostrophe alone', "n't", "I don't think so"],
    ['three CJK characters', '東京都', '来週は東京都庁で会いましょう'],
    ['two CJK characters', '東京', '来週は東京都庁で会いましょう'],
    ['one CJK character', '庁', '来週は東京都庁で会いましょう'],
    ['Arabic', 'مرحبا', 'مرحبا بالعالم'],
    ['Cyrillic in another case', 'ПРИВЕТ', 'Ну, привет тебе'],
    ['two letters in another case', 'ÄÖ', 'Die Probe: äö'],
    ['an emoji', '🍍', 'Pizza 🍍 again'],
    ['a percent sign', '%', 'Sure at 100 %'],
    ['an underscore', '_', 'snake_case'],
    ['a hyphenated word', 'well-known', 'A well-known place'],
    ['FTS5 operators as words', 'AND', 'You AND me'],
    ['a column filter as text', 'text:win', 'It said text:win'],
    ['brackets and stars', '(a*b)', 'Compute (a*b) first'],
    ['decomposed input', 'Cafe\u0301', 'Au café'],
  ])('finds %s', (_, query, text) => {
    ben.compose(roomId, 'Nothing of that kind');
    ben.compose(roomId, text);
    expect(found(query)).toEqual([text]);
  });

  it('takes whatever is typed as data and never fails', () => {
    ben.compose(roomId, 'Some text');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (query) => {
        const page = ben.store.search(query, {}, 10);
        expect(page.returned_count).toBe(page.items.length);
      }),
    );
    for (const query of ['"', '""', '" "', '*', 'NEAR(', 'a" OR "b', '\\', '-x', '^', '\u0000', '']) {
      expect(() => found(query)).not.toThrow();
    }
  });

  it('is about every term, also many short ones', () => {
    ben.compose(roomId, 'a b c d e');
    ben.compose(roomId, 'a b c d');
    expect(found('a b c d e')).toEqual(['a b c d e']);
  });

  it('answers the newest first, page by page, with the total', () => {
    for (let i = 1; i <= 7; i++) ben.compose(roomId, `apple ${i}`);
    const first = ben.store.search('apple', {}, 3);
    expect(textsOf(first.items.map(({ item }) => item))).toEqual(['apple 7', 'apple 6', 'apple 5']);
    expect(first).toMatchObject({ total_count: 7, returned_count: 3, has_more: true, next_before: 5 });
    const last = ben.store.search('apple', { before: 2 }, 3);
    expect(last).toMatchObject({ total_count: 7, returned_count: 1, has_more: false, next_before: null });
  });

  it('filters by room and author', () => {
    const ana = author();
    const other = ben.addRoom();
    ben.compose(roomId, 'pear from me');
    ben.compose(other, 'pear elsewhere');
    ben.store.record(roomId, [ana.write(roomId, { text: 'pear from Ana', clock: 50 })]);
    expect(found('pear', { roomId })).toEqual(['pear from Ana', 'pear from me']);
    expect(found('pear', { author: ana.deviceId })).toEqual(['pear from Ana']);
    expect(found('pe', { roomId: other })).toEqual(['pear elsewhere']);
  });

  it('says where the text matches', () => {
    ben.compose(roomId, 'Banana 🍌 banana');
    const hit = ben.store.search('BANANA', {}, 1).items[0];
    expect(hit?.matches.map(([start, end]) => hit.item.text.slice(start, end))).toEqual(['Banana', 'banana']);
  });
});

describe('the name of an author', () => {
  const [ana, eve] = [author('Ana'), author('Ana')];
  const meet = (who: typeof ana, name: string) => ben.store.meet(who.deviceId, profileFromName(name));
  const shown = () => ben.store.page(roomId, undefined, 10).items.map(({ name, confirmed }) => [name, confirmed]);
  beforeEach(() => {
    ben.store.record(roomId, [ana.write(roomId, { text: 'Good morning', clock: 1 })]);
    ben.store.record(roomId, [eve.write(roomId, { text: 'Good morning, says the other', clock: 2 })]);
  });

  it('is what the message claims, unconfirmed, as long as the device was never met', () => {
    expect(shown()).toEqual([
      ['Ana', false],
      ['Ana', false],
    ]);
  });

  it('is the one by which the device is known, whatever the message claims', () => {
    meet(ana, 'Ana');
    meet(eve, 'Eve');
    expect(shown()).toEqual([
      ['Ana', true],
      ['Eve', true],
    ]);
  });

  it('is unconfirmed where the device took the name of another one, until it is verified', () => {
    meet(ana, 'Ana');
    meet(eve, 'Ana');
    expect(shown()).toEqual([
      ['Ana', true],
      ['Ana', false],
    ]);
    ben.store.verifyPeer(eve.deviceId, true);
    expect(shown().at(-1)).toEqual(['Ana', true]);
  });

  it('is the new one on everything that a renamed person ever wrote', () => {
    meet(ana, 'Ana');
    meet(ana, 'Ana Lima');
    expect(shown()[0]).toEqual(['Ana Lima', true]);
  });

  it('is one’s own on one’s own messages, whoever else goes by it', () => {
    ben.compose(roomId, 'Hello');
    meet(eve, 'Ben');
    expect(shown().at(-1)).toEqual(['Ben', true]);
  });

  it('is the same wherever a message comes from, and goes out as it was signed', () => {
    meet(eve, 'Eve');
    const late = eve.write(roomId, { seq: 2, clock: 3, text: 'Goodbye' });
    const { fresh } = ben.store.record(roomId, [late]);
    const around = ben.store.around(roomId, late, 1).items;
    const found = [...ben.store.search('Goodbye', {}, 10).items, ...ben.store.search('oo', {}, 1).items];
    const last = ben.store.rooms().map(({ lastMessage }) => lastMessage);
    for (const each of [...fresh, ...around, ...found.map(({ item }) => item), ...last]) {
      expect(each).toMatchObject({ name: 'Eve', confirmed: true });
    }
    expect(ben.store.missing(roomId, nothing, 50).messages.at(-1)).toEqual(late);
  });

  it('is told anew only where it looks otherwise than before', () => {
    const looks = (who: typeof ana, name: string) => meet(who, name).looksOther;
    expect([looks(ana, 'Ana'), looks(ana, 'Ana'), looks(ana, 'Anna'), looks(eve, 'Anna')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(ben.store.verifyPeer(eve.deviceId, true).looksOther).toBe(true);
    expect(ben.store.verifyPeer(ana.deviceId, true).looksOther).toBe(false);
  });
});

describe('peers', () => {
  const ana = profileFromName('Ana');
  const standingOf = (device: ReturnType<typeof newDeviceId>, as = ana) => ben.store.meet(device, as).peer.standing;

  it('are new once, then pinned, and verified for as long as the person says so', () => {
    const device = newDeviceId();
    expect([standingOf(device), standingOf(device)]).toEqual(['new', 'pinned']);
    expect(ben.store.verifyPeer(device, true).peer.standing).toBe('verified');
    expect(standingOf(device)).toBe('verified');
    expect(ben.store.verifyPeer(device, false).peer.standing).toBe('pinned');
  });

  it('have changed when a known name comes with another device, until that one is verified', () => {
    const [known, other] = [newDeviceId(), newDeviceId()];
    standingOf(known);
    expect([standingOf(other, profileFromName('ANA')), standingOf(other)]).toEqual(['changed', 'changed']);
    // The device that had the name first is not the one to warn of.
    expect(standingOf(known)).toBe('pinned');
    ben.store.verifyPeer(known, true);
    expect(ben.store.verifyPeer(known, false).peer.standing).toBe('pinned');
    ben.store.verifyPeer(other, true);
    expect(standingOf(other)).toBe('verified');
  });

  it('have changed until the person goes on with them, and are known from then on, under that name alone (C9)', () => {
    const [known, other] = [newDeviceId(), newDeviceId()];
    standingOf(known);
    ben.store.verifyPeer(known, true);
    expect(standingOf(other)).toBe('changed');
    expect(ben.store.acceptPeer(other)).toMatchObject({ peer: { standing: 'pinned' }, looksOther: true });
    expect([standingOf(other), standingOf(known)]).toEqual(['pinned', 'verified']);
    // The same name is taken once more by another one, and another name by this one.
    expect(standingOf(newDeviceId())).toBe('changed');
    standingOf(newDeviceId(), profileFromName('Eve'));
    expect(standingOf(other, profileFromName('Eve'))).toBe('changed');
    expect(() => ben.store.acceptPeer(newDeviceId())).toThrow();
  });

  it('are compared by the name that people see, not by the username behind it', () => {
    standingOf(newDeviceId(), { username: 'Alice', displayName: null });
    expect(standingOf(newDeviceId(), { username: 'zz9', displayName: 'Alice' })).toBe('changed');
    expect(standingOf(newDeviceId(), { username: 'Alice', displayName: 'Carol' })).toBe('new');
    // Names without a letter share one username and are still two names.
    expect([profileFromName('🦊'), profileFromName('🐻')].map((each) => standingOf(newDeviceId(), each))).toEqual([
      'new',
      'new',
    ]);
  });

  it('have changed when the display name becomes that of another one, whatever the username', () => {
    const [known, renamed] = [newDeviceId(), newDeviceId()];
    standingOf(known, profileFromName('Ana Lima'));
    standingOf(renamed, { username: 'eve', displayName: 'Eve' });
    expect(standingOf(renamed, { username: 'eve', displayName: 'ana\u00A0 lima' })).toBe('changed');
    expect(standingOf(known, { username: 'other', displayName: 'Ana Lima' })).toBe('pinned');
  });

  it('have changed when a device takes the name of another one, verified or not', () => {
    const [known, renamed] = [newDeviceId(), newDeviceId()];
    standingOf(known);
    standingOf(renamed, profileFromName('Eve'));
    ben.store.verifyPeer(renamed, true);
    expect(standingOf(renamed)).toBe('changed');
    expect(standingOf(renamed)).toBe('changed');
  });
});

describe('back-fill', () => {
  it('answers what a device lacks, oldest first, in batches that come to an end', () => {
    const [ana, eve] = [author('Ana'), author('Eve')];
    const all = Array.from({ length: 30 }, (_, i) =>
      (i % 2 === 0 ? ana : eve).write(roomId, { seq: Math.floor(i / 2) + 1, clock: i + 1, text: `m${i + 1}` }),
    );
    ben.store.record(roomId, all);
    const other = openTestStore(join(folder.path, 'other.db'));
    other.addRoom(roomId);
    const received: string[] = [];
    for (;;) {
      const { messages, hasMore } = ben.store.missing(roomId, holdingsOf(other, roomId), 7);
      received.push(...textsOf(messages));
      other.store.record(roomId, messages);
      if (!hasMore) break;
    }
    expect(received).toEqual(textsOf(all));
    other.close();
  });

  it('gives nothing again that lies behind a gap of the other', () => {
    const ana = author();
    const write = (seq: number) => ana.write(roomId, { seq, text: `m${seq}` });
    const other = openTestStore(join(folder.path, 'other.db'));
    other.addRoom(roomId);
    const all = [1, 2, 4, 5, 7, 8, 9].map(write);
    ben.store.record(roomId, all);
    other.store.record(
      roomId,
      all.filter(({ seq }) => seq !== 1 && seq !== 8),
    );
    expect(headsOf(other, roomId)).toEqual([
      {
        author: ana.deviceId,
        seq: 0,
        print: printOf(),
        beyond: [
          [2, 2],
          [4, 5],
          [7, 7],
          [9, 9],
        ].map(([first = 0, last = 0]) => ({
          first,
          last,
          print: printOf(...all.filter(({ seq }) => seq >= first && seq <= last)),
        })),
      },
    ]);
    expect(textsOf(ben.store.missing(roomId, holdingsOf(other, roomId), 50).messages)).toEqual(['m1', 'm8']);
    other.close();
  });

  it('reads whatever a device says it holds, in any order and overlapping', () => {
    const ana = author();
    ben.store.record(
      roomId,
      [1, 2, 3, 4, 5, 6].map((seq) => ana.write(roomId, { seq, text: `m${seq}` })),
    );
    const span = (first: number, last: number) => ({ first, last, print: printOf() });
    const lackedBy = (seq: number, ...beyond: ReturnType<typeof span>[]) =>
      textsOf(
        ben.store.missing(
          roomId,
          { ...everything, heads: [{ author: ana.deviceId, seq, print: printOf(), beyond }] },
          50,
        ).messages,
      );
    expect(lackedBy(0, span(5, 5), span(2, 3))).toEqual(['m1', 'm4', 'm6']);
    expect(lackedBy(2, span(1, 4), span(4, 9))).toEqual([]);
    expect(lackedBy(3, span(6, 2))).toEqual(['m4', 'm5', 'm6']);
  });

  it('goes on behind a place, whatever stands before it', () => {
    const [ana, eve] = [author('Ana'), author('Eve')];
    ben.store.record(roomId, [
      ana.write(roomId, { seq: 1, clock: 1, text: 'm1' }),
      eve.write(roomId, { seq: 1, clock: 2, text: 'm2' }),
      ana.write(roomId, { seq: 2, clock: 2, text: 'm2' }),
      eve.write(roomId, { seq: 2, clock: 3, text: 'm3' }),
    ]);
    const all = ben.store.missing(roomId, nothing, 50).messages;
    expect(all).toHaveLength(4);
    for (const [index, after] of all.entries()) {
      expect(ben.store.missing(roomId, { ...nothing, after }, 50).messages).toEqual(all.slice(index + 1));
    }
  });

  it('ends between two devices that hold the same of more authors than fit into one message', () => {
    const authors = Array.from({ length: 600 }, () => author('Mallory'));
    const messages = authors.map((each, index) => each.write(roomId, { clock: index + 1 }));
    ben.db.transaction(() => {
      for (const { deviceId } of authors) ben.store.meet(deviceId, profileFromName('Mallory'));
    })();
    expect(ben.store.record(roomId, messages)).toMatchObject({ refused: 0 });
    const last = ben.compose(roomId, 'Newer, and honest');

    const asked: number[] = [];
    const offered: string[] = [];
    let above: Parameters<typeof ben.store.heads>[1] = null;
    do {
      const part = ben.store.heads(roomId, above, null);
      const own = part.heads.filter((head) => head.author !== ben.deviceId);
      const holdings = { heads: own, above, upTo: part.upTo, after: null };
      expect(JSON.stringify({ type: 'have', ...holdings }).length).toBeLessThanOrEqual(LIMITS.linkMessageMaxChars);
      asked.push(own.length);
      offered.push(...ben.store.missing(roomId, holdings, 50).messages.map(({ id }) => id));
      above = part.upTo;
    } while (above !== null);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.reduce((sum, each) => sum + each, 0)).toBe(600);
    expect(offered).toEqual([last.id]);
  });

  it('also gives what lies behind a gap of its own', () => {
    const ana = author();
    ben.store.record(roomId, [ana.write(roomId, { seq: 7, text: 'Seventh' })]);
    expect(textsOf(ben.store.missing(roomId, nothing, 50).messages)).toEqual(['Seventh']);
  });

  it('brings every device to the same order, whoever met whom first', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), who: fc.nat(2) }),
      fc.record({
        kind: fc.constant('sync' as const),
        from: fc.nat(2),
        to: fc.nat(2),
        limit: fc.integer({ min: 1, max: 5 }),
      }),
    );
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run++;
        const room = newRoomId();
        const devices = [0, 1, 2].map((i) =>
          openTestStore(join(folder.path, `run${run}-${i}.db`), { name: `Dev${i}` }),
        );
        const device = (index: number) => {
          const one = devices[index];
          if (!one) throw new Error('no such device');
          return one;
        };
        const sync = (from: TestStore, to: TestStore, limit: number) =>
          to.store.record(room, from.store.missing(room, holdingsOf(to, room), limit).messages);
        for (const one of devices) one.addRoom(room);
        let written = 0;
        for (const step of steps) {
          if (step.kind === 'write') device(step.who).compose(room, `m${++written} of ${step.who}`);
          else if (step.from !== step.to) sync(device(step.from), device(step.to), step.limit);
        }
        // In the end everybody meets everybody until nobody lacks anything.
        for (let round = 0; round < 2; round++) {
          for (const from of devices) {
            for (const to of devices) {
              if (from === to) continue;
              while (from.store.missing(room, holdingsOf(to, room), 50).messages.length > 0) sync(from, to, 50);
            }
          }
        }
        const orders = devices.map((one) => newestTexts(one, room));
        for (const one of devices) one.close();
        expect(orders[0]).toHaveLength(written);
        expect(orders[1]).toEqual(orders[0]);
        expect(orders[2]).toEqual(orders[0]);
      }),
      { numRuns: 15 },
    );
  });
});
