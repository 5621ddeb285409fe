import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, type EntryContent, type MessageRef, profileFromName } from '@parley/shared/model';
import { ParleyError, type RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  author,
  newMessageId,
  newRoomId,
  openTestStore,
  openTwoMembers,
  randomId,
  type TestStore,
  type temporaryFolder,
} from '../testing/test-kit.ts';
import { checkWhole } from './check-history.ts';
import { SEEN_FOR_MS } from './lifetimes.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let folder: ReturnType<typeof temporaryFolder>;
let ana: TestStore;
let ben: TestStore;
let roomId: RoomId;
beforeEach(() => {
  ({ folder, ana, ben, roomId } = openTwoMembers());
});
afterEach(() => {
  ana.close();
  ben.close();
  folder.remove();
});

const refOf = ({ author, id }: MessageRef) => ({ author, id });
const write = (from: TestStore, content: EntryContent) => {
  from.clock.advance(1_000);
  return from.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana'));
};
const text = (words: string, lifetimeMs?: number | null): EntryContent => ({
  kind: 'text',
  text: words,
  of: null,
  ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
});
/** Gives everything that the other lacks, and the receipts for it. */
const pass = (from: TestStore, to: TestStore) => {
  const { heads } = to.store.heads(roomId, null, null);
  const { messages } = from.store.missing(roomId, { heads, above: null, upTo: null, after: null }, 100);
  const recorded = to.store.record(roomId, messages);
  const own = recorded.stored.filter((ref) => ref.author === from.deviceId).map(({ id }) => id);
  from.store.mark(roomId, to.deviceId, 'delivered', own);
  return { messages, ...recorded };
};
const later = (ms: number) => {
  for (const each of [ana, ben]) each.clock.advance(ms);
};
const words = ({ store }: TestStore) => store.page(roomId, undefined, 100).items.map((item) => item.text);
const prints = ({ store }: TestStore) => store.heads(roomId, null, null).heads;
/** Whether the words stand in the file or its log. */
const holds = (name: string, trace: string) =>
  readdirSync(folder.path)
    .filter((each) => each.startsWith(name))
    .some((each) => readFileSync(join(folder.path, each)).includes(trace));

describe('a message whose time is over', () => {
  it('goes on both sides, with nothing of it in the file, the index or the counts', () => {
    const { item } = write(ana, text('The code is 4711 sesame', HOUR));
    write(ana, text('Stays'));
    pass(ana, ben);
    expect(item.lifetimeMs).toBe(HOUR);
    later(HOUR - 10_000);
    expect(ben.store.expire()).toEqual({ gone: [], erased: 0, more: false });
    later(10_000);
    for (const each of [ana, ben]) {
      expect(each.store.expire()).toEqual({ gone: [{ roomId, ...refOf(item) }], erased: 1, more: false });
      expect(words(each)).toEqual(['Stays']);
      expect(each.store.page(roomId, undefined, 10).total_count).toBe(1);
      expect(each.store.search('sesame', {}, 5).total_count).toBe(0);
      each.db.pragma('wal_checkpoint(TRUNCATE)');
      checkWhole(each.db, true);
    }
    expect(ben.store.rooms()[0]).toMatchObject({ unread: 1 });
    expect([holds('ana.db', 'sesame'), holds('ben.db', 'sesame')]).toEqual([false, false]);
    expect(prints(ana)).toEqual(prints(ben));
  });

  it('comes to a newcomer without its words, counts as held there, and never comes back with them', () => {
    const { item, entry } = write(ana, text('The code is 4711', HOUR));
    pass(ana, ben);
    later(HOUR);
    ben.store.expire();
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.clock.advance(HOUR + 2_000);
    cleo.addRoom(roomId);
    const { messages, refused, fresh } = pass(ben, cleo);
    expect(JSON.stringify(messages)).not.toContain('4711');
    expect([messages.length, refused, fresh]).toEqual([1, 0, []]);
    expect(prints(cleo)).toEqual(prints(ben));
    for (const each of [ben, cleo]) expect(each.store.record(roomId, [entry])).toMatchObject({ gained: 0, fresh: [] });
    expect(words(cleo)).toEqual([]);
    expect(() => write(ana, { kind: 'edit', of: refOf(item), text: 'Late' })).not.toThrow();
    ana.store.expire();
    expect(() => write(ana, { kind: 'edit', of: refOf(item), text: 'Too late' })).toThrow(/not here any more/);
    cleo.close();
  });

  it('is not believed to be over while its words are only withheld', () => {
    const { entry } = write(ana, text('For a day', DAY));
    expect(ben.store.record(roomId, [{ ...entry, body: null } as Entry])).toMatchObject({ stored: [], fresh: [] });
    expect(prints(ben)).not.toEqual(prints(ana));
    expect(ben.store.record(roomId, [entry])).toMatchObject({ fresh: [{ text: 'For a day' }] });
    expect(prints(ben)).toEqual(prints(ana));
  });

  it('is asked for until its time is over, and no longer', () => {
    const { entry } = write(ana, text('For a day', DAY));
    ben.store.record(roomId, [{ ...entry, body: null } as Entry]);
    later(DAY);
    ben.store.expire();
    expect(prints(ben)).toEqual(prints(ana));
  });

  it('takes its edits and the reactions to it along', () => {
    const { item } = write(ana, text('At noon', HOUR));
    write(ana, { kind: 'edit', of: refOf(item), text: 'At one' });
    pass(ana, ben);
    write(ben, { kind: 'reaction', of: refOf(item), emoji: '👍', on: true });
    pass(ben, ana);
    expect(words(ben)).toEqual(['At one']);
    later(HOUR);
    for (const each of [ana, ben]) {
      each.store.expire();
      expect(words(each)).toEqual([]);
      const left = each.db.prepare("SELECT count(*) FROM messages WHERE body IS NOT NULL OR text <> ''").pluck().get();
      expect(left).toBe(0);
    }
    expect(prints(ana)).toEqual(prints(ben));
  });

  it('is kept until somebody has it, and seen for a while where it comes late', () => {
    write(ana, text('Written alone', HOUR));
    later(5 * DAY);
    expect(ana.store.expire().erased).toBe(0);
    pass(ana, ben);
    expect(ana.store.expire().erased).toBe(1);
    expect(ben.store.expire().erased).toBe(0);
    expect(words(ben)).toEqual(['Written alone']);
    later(SEEN_FOR_MS);
    expect(ben.store.expire().erased).toBe(1);
  });

  it('has a time that nobody else can change', () => {
    const { entry } = write(ana, text('For a day', DAY));
    for (const forged of [
      { ...entry, expires: 1_000 },
      { ...entry, expires: undefined },
    ]) {
      expect(ben.store.record(roomId, [forged as Entry])).toMatchObject({ forged: 1, fresh: [] });
    }
  });
});

describe('an edit that does not go with its message', () => {
  it.each([
    { name: 'goes before it', ofMessage: undefined, ofOther: 10_000 },
    { name: 'stays after it', ofMessage: DAY, ofOther: undefined },
  ])('has no effect where it $name, in whatever order they come (H4)', ({ ofMessage, ofOther }) => {
    const eve = author('Eve');
    let seq = 0;
    const entry = (expires: number | undefined, fields: object) =>
      eve.write(roomId, {
        seq: ++seq,
        sentAt: ben.clock.now(),
        ...(expires === undefined ? {} : { expires }),
        ...fields,
      } as never);
    const message = entry(ofMessage, { text: 'At noon' });
    const edit = (expires: number | undefined, words: string) =>
      entry(expires, { kind: 'edit', of: refOf(message), body: { salt: randomId(16), text: words } });
    const all = [message, edit(ofMessage, 'At one'), edit(ofOther, 'sesame'), edit(ofOther, 'sesame again')];
    let devices = 0;
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(all.length), (order, cut) => {
        const [one, two] = ['one', 'two'].map((name) => {
          const device = openTestStore(join(folder.path, `${name}${++devices}.db`));
          device.addRoom(roomId);
          return device;
        }) as [TestStore, TestStore];
        for (const each of order.slice(0, cut)) one.store.record(roomId, [each]);
        one.clock.advance(20_000);
        one.store.expire();
        for (const each of order.slice(cut)) one.store.record(roomId, [each]);
        expect(words(one)).toEqual(['At one']);
        two.clock.advance(20_000);
        pass(one, two);
        expect(words(two)).toEqual(['At one']);
        expect(prints(two)).toEqual(prints(one));
        for (const each of [one, two]) {
          each.clock.advance(DAY);
          each.store.expire();
          expect(words(each)).toEqual(ofMessage === undefined ? ['At one'] : []);
          expect(each.db.prepare("SELECT count(*) FROM messages WHERE body LIKE 'sesame%'").pluck().get()).toBe(0);
          checkWhole(each.db, true);
          each.close();
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('a room’s timer', () => {
  it('is for everybody’s messages from then on, the latest in the order of the room', () => {
    write(ana, text('Before'));
    write(ana, { kind: 'timer', lifetimeMs: DAY, of: null });
    expect(ana.store.rooms()[0]).toMatchObject({ lifetimeMs: DAY, entry_count: 2, message_count: 1 });
    pass(ana, ben);
    expect(write(ben, text('Ben’s')).entry.expires).toBe(DAY);
    expect(write(ben, text('For good', null)).entry.expires).toBeUndefined();
    write(ben, { kind: 'timer', lifetimeMs: null, of: null });
    pass(ben, ana);
    expect(ana.store.rooms()[0]?.lifetimeMs).toBe(null);
    expect(write(ana, text('After')).entry.expires).toBeUndefined();
    later(2 * DAY);
    ben.store.expire();
    pass(ana, ben);
    expect(words(ben)).toEqual(['Before', 'For good', 'After']);
  });

  it('is told of at each place where somebody changed it, and is no message (H4)', () => {
    write(ana, { kind: 'timer', lifetimeMs: DAY, of: null });
    write(ana, text('Before'));
    pass(ana, ben);
    ben.store.meet(ana.deviceId, profileFromName('Ana Lima'));
    write(ben, { kind: 'timer', lifetimeMs: null, of: null });
    pass(ben, ana);
    const unread = ben.store.rooms()[0]?.unread;
    const timers = ben.store.roomChanges(roomId);
    expect(timers).toMatchObject([
      { author: ana.deviceId, authorName: 'Ana', name: 'Ana Lima', mine: false, clock: 1, lifetimeMs: DAY },
      { author: ben.deviceId, mine: true, confirmed: true, clock: 3, lifetimeMs: null },
    ]);
    expect(ana.store.roomChanges(roomId)).toMatchObject([
      { kind: 'timer', mine: true, lifetimeMs: DAY },
      { kind: 'timer', mine: false, lifetimeMs: null },
    ]);
    // The latest of many.
    expect(ana.store.roomChanges(roomId, 1)).toEqual(ana.store.roomChanges(roomId).slice(-1));
    expect([unread, words(ben), ben.store.messageCount(roomId)]).toEqual([1, ['Before'], 1]);
    expect(() => ben.store.roomChanges(newRoomId())).toThrow(ParleyError);
  });

  it('counts only from its author', () => {
    const eve = author('Eve');
    const body = { salt: randomId(16), lifetimeMs: 1_000 };
    const timer = eve.write(roomId, { kind: 'timer', body } as never);
    expect(ben.store.record(roomId, [{ ...timer, author: ana.deviceId }])).toMatchObject({ forged: 1 });
    expect(ben.store.rooms()[0]?.lifetimeMs).toBe(null);
  });
});

describe('a room whose messages are kept for some days', () => {
  const forget = (store: TestStore) => store.store.forget(store.clock.now());
  const total = ({ store }: TestStore) => store.page(roomId, undefined, 10).total_count;

  it('drops what is older, with nothing of it in the file, the index or the counts, and nothing newer', () => {
    write(ana, text('The code is 4711 sesame'));
    pass(ana, ben);
    later(5 * DAY);
    write(ana, text('Newer'));
    pass(ana, ben);
    ben.store.setKeep(roomId, 7 * DAY);
    expect(forget(ben)).toEqual({ gone: [], erased: 0, more: false });
    later(2 * DAY + 5_000);
    expect(forget(ben)).toMatchObject({ gone: [{ roomId }], erased: 1, more: false });
    expect([words(ben), total(ben), ben.store.search('sesame', {}, 5).total_count]).toEqual([['Newer'], 1, 0]);
    expect(ben.store.rooms()[0]).toMatchObject({ unread: 1, keep_ms: 7 * DAY });
    ben.db.pragma('wal_checkpoint(TRUNCATE)');
    checkWhole(ben.db, true);
    expect(holds('ben.db', 'sesame')).toBe(false);
    expect(words(ana)).toHaveLength(2);
  });

  it('is not sent it again, counts as having had it, and gives none of it', () => {
    const { entry } = write(ana, text('Old'));
    pass(ana, ben);
    ben.store.setKeep(roomId, 7 * DAY);
    later(8 * DAY);
    forget(ben);
    expect(pass(ana, ben).messages).toEqual([]);
    expect(ben.store.record(roomId, [entry])).toMatchObject({ fresh: [], gained: 0, refused: 0, stored: [{}] });
    expect(words(ben)).toEqual([]);
    const [head] = prints(ben);
    expect(head).toEqual({ ...prints(ana)[0], floor: 1 });
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.addRoom(roomId);
    expect(pass(ben, cleo).messages).toEqual([]);
    // Nor does a newcomer keep asking for it.
    const asked = { heads: prints(ben), above: null, upTo: null, after: null };
    expect(cleo.store.missing(roomId, asked, 10)).toMatchObject({ behind: false, differing: [] });
    cleo.close();
  });

  it('drops with a message what was said about it, also when that comes later', () => {
    const { item } = write(ana, text('At noon'));
    pass(ana, ben);
    ben.store.setKeep(roomId, 7 * DAY);
    later(6 * DAY);
    write(ana, { kind: 'edit', of: refOf(item), text: 'At one' });
    pass(ana, ben);
    later(DAY + 5_000);
    forget(ben);
    expect(words(ben)).toEqual([]);
    write(ana, { kind: 'edit', of: refOf(item), text: 'At two' });
    write(ana, { kind: 'reaction', of: refOf(item), emoji: '👍', on: true });
    pass(ana, ben);
    const left = ben.db.prepare("SELECT count(*) FROM messages WHERE body IS NOT NULL OR text <> ''").pluck().get();
    expect([words(ben), left]).toEqual([[], 0]);
    expect(prints(ben).map(({ print }) => print)).toEqual(prints(ana).map(({ print }) => print));
  });

  it('keeps an own message that nobody has, and the room’s timer', () => {
    write(ana, text('Written alone'));
    write(ana, { kind: 'timer', lifetimeMs: 30 * DAY, of: null });
    ana.store.setKeep(roomId, 7 * DAY);
    later(8 * DAY);
    expect(forget(ana).erased).toBe(0);
    pass(ana, ben);
    expect(forget(ana).erased).toBe(1);
    expect(ana.store.rooms()[0]).toMatchObject({ lifetimeMs: 30 * DAY });
    expect(pass(ana, ben).messages).toEqual([]);
  });

  it('drops an own message that came back from somebody, for which no receipts are here', () => {
    write(ana, text('Old'));
    const edited = write(ana, text('Old, too')).item;
    write(ana, text('For a while', DAY));
    pass(ana, ben);
    const again = openTestStore(join(folder.path, 'again.db'), { seed: ana.seed });
    again.clock.advance(3_000);
    again.addRoom(roomId);
    pass(ben, again);
    again.store.setKeep(roomId, 7 * DAY);
    again.clock.advance(6 * DAY);
    expect(again.store.expire().erased).toBe(1);
    // A change that nobody has does not keep its message.
    write(again, { kind: 'edit', of: refOf(edited), text: 'Changed' });
    again.clock.advance(2 * DAY);
    expect(forget(again)).toMatchObject({ gone: [{}, {}] });
    expect(words(again)).toEqual([]);
    again.close();
  });

  it('takes a new message under an old number, as a restored device uses it, and gives it on', () => {
    const eve = author('Eve');
    ben.store.record(roomId, [eve.write(roomId, { text: 'Old', sentAt: ben.clock.now() })]);
    ben.store.setKeep(roomId, 7 * DAY);
    later(8 * DAY);
    forget(ben);
    expect(prints(ben)[0]?.floor).toBe(1);
    const again = eve.write(roomId, { text: 'New', sentAt: ben.clock.now() });
    expect(ben.store.record(roomId, [again])).toMatchObject({ fresh: [{ text: 'New' }] });
    expect(forget(ben).erased).toBe(0);
    expect(prints(ben)[0]?.floor ?? 0).toBe(0);
    expect(pass(ben, ana).messages.map(({ id }) => id)).toEqual([again.id]);
  });
});
