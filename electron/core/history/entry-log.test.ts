import { join } from 'node:path';
import { Entry, type EntryContent, type HistoryItem, type MessageRef, profileFromName } from '@parley/shared/model';
import { FileId, LIMITS, LinkMessage, type RoomId } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  author,
  newMessageId,
  openTestStore,
  openTwoMembers,
  randomId,
  type TestStore,
  type temporaryFolder,
} from '../testing/test-kit.ts';

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

const ADA = profileFromName('Ana');
const bodyOf = ({ body }: Entry) => body;
const refOf = ({ author, id }: MessageRef) => ({ author, id });
const write = (store: TestStore, content: EntryContent): { entry: Entry; item: HistoryItem } => {
  store.clock.advance(1_000);
  return store.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana'));
};
const say = (store: TestStore, text: string) => write(store, { kind: 'text', text, of: null });
const holdingsOf = ({ store }: TestStore) => ({
  heads: store.heads(roomId, null, null).heads,
  above: null,
  upTo: null,
  after: null,
});
/** Everything that one device has and the other lacks. */
const pass = (from: TestStore, to: TestStore) => {
  const { messages } = from.store.missing(roomId, holdingsOf(to), 50);
  return { messages, ...to.store.record(roomId, messages) };
};
const shown = ({ store }: TestStore) =>
  store.page(roomId, undefined, 200).items.map(({ text, edited, deleted, reactions }) => ({
    text,
    edited,
    deleted,
    reactions: reactions.map(({ emoji, people }) => `${emoji}${people.length}`),
  }));
/** Whether these words stand anywhere in the tables of a history. */
const holds = ({ db }: TestStore, words: string) =>
  db
    .prepare('SELECT count(*) FROM messages WHERE text LIKE @like OR body LIKE @like')
    .pluck()
    .get({ like: `%${words}%` }) !== 0;
const prints = ({ store }: TestStore) => store.heads(roomId, null, null).heads;

describe('an edit', () => {
  it('replaces what is shown, and leaves nothing of the words before it', () => {
    const { item } = say(ana, 'Lunch at noon');
    pass(ana, ben);
    const changed = write(ana, { kind: 'edit', of: refOf(item), text: 'Lunch at one' });
    expect(changed.item).toMatchObject({ id: item.id, text: 'Lunch at one', edited: true });
    const { fresh, changed: atBen } = pass(ana, ben);
    expect([fresh, atBen.map(({ text }) => text)]).toEqual([[], ['Lunch at one']]);
    for (const each of [ana, ben]) {
      expect(shown(each)).toEqual([{ text: 'Lunch at one', edited: true, deleted: false, reactions: [] }]);
      expect(holds(each, 'noon')).toBe(false);
      expect(each.store.search('noon', {}, 5).total_count).toBe(0);
      expect(each.store.search('Lunch', {}, 5).total_count).toBe(1);
    }
  });

  it('reaches a newcomer without the words that it replaced, and whoever brings it', () => {
    const { item } = say(ana, 'Lunch at noon');
    write(ana, { kind: 'edit', of: refOf(item), text: 'Lunch at one' });
    write(ana, { kind: 'edit', of: refOf(item), text: 'Lunch at two' });
    pass(ana, ben);
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.addRoom(roomId);
    const { messages, refused } = pass(ben, cleo);
    expect(JSON.stringify(messages)).not.toMatch(/noon|one/);
    expect([messages.map(({ body }) => body === null), refused]).toEqual([[true, true, false], 0]);
    expect(shown(cleo)).toEqual(shown(ana));
    expect(prints(cleo)).toEqual(prints(ana));
    cleo.close();
  });

  it('is its author’s alone', () => {
    const { item } = say(ana, 'Mine');
    pass(ana, ben);
    const eve = author('Eve');
    const forged = eve.write(roomId, {
      kind: 'edit',
      of: refOf(item),
      body: { salt: randomId(16), text: 'Hers' },
    } as never);
    expect(ben.store.record(roomId, [forged])).toMatchObject({ refused: 1, changed: [] });
    expect(() => write(ben, { kind: 'edit', of: refOf(item), text: 'His' })).toThrow(/not here any more/);
    expect(() => write(ben, { kind: 'delete', of: refOf(item) })).toThrow(/not here any more/);
  });
});

describe('a deletion', () => {
  it('takes the words away for everyone, and is final', () => {
    const { item } = say(ana, 'Lunch at noon');
    pass(ana, ben);
    write(ben, { kind: 'reaction', of: refOf(item), emoji: '👍', on: true });
    const late = write(ana, { kind: 'edit', of: refOf(item), text: 'Lunch at one' });
    write(ana, { kind: 'delete', of: refOf(item) });
    pass(ana, ben);
    for (const each of [ana, ben]) {
      expect(shown(each)).toEqual([{ text: '', edited: false, deleted: true, reactions: [] }]);
      expect([holds(each, 'noon'), holds(each, 'one')]).toEqual([false, false]);
    }
    expect(() => write(ana, { kind: 'edit', of: refOf(item), text: 'Back' })).toThrow(/not here any more/);
    // The edit comes again with its words, from a device that has not heard of the deletion.
    ben.store.record(roomId, [late.entry]);
    expect(holds(ben, 'one')).toBe(false);
  });
});

describe('a file', () => {
  const offer = (store: TestStore, name: string) => {
    const fileId = newMessageId();
    const facts = { salt: randomId(16), name, folders: ['Trip'], sizeBytes: 5, root: randomId(32) };
    const content = { kind: 'file', of: null, fileId: FileId.parse(fileId), ...facts } as const;
    const composed = store.store.compose({ id: fileId, roomId, content: { ...content, folders: ['Trip'] } }, ADA);
    return { facts, ...composed };
  };

  it('stands among the messages, is found by its name, answered and reacted to', () => {
    const { facts, item } = offer(ana, 'Meadow.pdf');
    pass(ana, ben);
    expect(ben.store.page(roomId, undefined, 5).items).toMatchObject([
      { id: item.id, text: 'Meadow.pdf', content: { kind: 'file', file: facts } },
    ]);
    expect(ben.store.search('meadow', {}, 5).total_count).toBe(1);
    expect(ben.store.rooms()[0]?.unread).toBe(1);
    const answer = write(ben, { kind: 'text', text: 'Nice', of: refOf(item) }).item;
    expect(answer.quote).toMatchObject({ text: 'Meadow.pdf' });
    const reacted = write(ben, { kind: 'reaction', of: refOf(item), emoji: '👍', on: true }).item;
    expect(reacted.reactions).toHaveLength(1);
  });

  it('is handed on by others as it was signed', () => {
    offer(ana, 'Meadow.pdf');
    pass(ana, ben);
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.addRoom(roomId);
    expect(pass(ben, cleo)).toMatchObject({ refused: 0, gained: 1 });
    expect(shown(cleo)).toEqual(shown(ana));
    cleo.close();
  });

  it('is deleted for everyone with its name, and is not edited', () => {
    const { item } = offer(ana, 'Meadow.pdf');
    pass(ana, ben);
    expect(() => write(ana, { kind: 'edit', of: refOf(item), text: 'Other' })).toThrow(/not here any more/);
    write(ana, { kind: 'delete', of: refOf(item) });
    pass(ana, ben);
    for (const each of [ana, ben]) {
      expect(each.store.page(roomId, undefined, 5).items).toMatchObject([
        { text: '', deleted: true, content: { kind: 'file', file: null } },
      ]);
      expect(holds(each, 'Meadow')).toBe(false);
      expect(each.store.search('meadow', {}, 5).total_count).toBe(0);
    }
    expect(prints(ben)).toEqual(prints(ana));
  });

  it('keeps its name where its author edits it by another program', () => {
    const { item, entry } = offer(ana, 'Meadow.pdf');
    ben.store.record(roomId, [entry]);
    const eve = author('Eve');
    const file = eve.write(roomId, { kind: 'file', body: bodyOf(entry) } as never);
    const edit = eve.write(roomId, { kind: 'edit', of: refOf(file), body: { salt: randomId(16), text: 'x' } } as never);
    expect(ben.store.record(roomId, [file, edit]).refused).toBe(0);
    expect(shown(ben).map(({ text }) => text)).toEqual(['Meadow.pdf', 'Meadow.pdf']);
    expect(item.edited).toBe(false);
  });

  it('does not count as spam, however many are offered at once (V6)', () => {
    for (let i = 0; i < LIMITS.spamMessagesMax + 5; i++) offer(ana, `${i}.txt`);
    expect(say(ana, 'A whole folder').item.text).toBe('A whole folder');
  });
});

describe('an entry without its body', () => {
  it('is not held before it is known why, so that its words come from somebody else', () => {
    const { entry } = say(ana, 'Withheld');
    const eve = { ...entry, body: null } as Entry;
    // Nothing is acknowledged: the author must not see as delivered what did not arrive.
    expect(ben.store.record(roomId, [eve])).toMatchObject({ refused: 0, fresh: [], stored: [] });
    expect(shown(ben)).toEqual([]);
    expect(ben.store.rooms()[0]?.unread).toBe(0);
    const [head] = prints(ben);
    const { differing } = ana.store.missing(roomId, holdingsOf(ben), 50);
    expect(differing).toEqual([{ author: ana.deviceId, first: 1, last: 1 }]);
    const range = ben.store.heldIds(roomId, { author: ana.deviceId, first: 1, last: head?.seq ?? 0 });
    const { messages } = ana.store.missingAmong(roomId, range, 50);
    expect(ben.store.record(roomId, messages)).toMatchObject({ gained: 1, fresh: [{ text: 'Withheld' }] });
    expect([prints(ben), ben.store.rooms()[0]?.unread]).toEqual([prints(ana), 1]);
  });

  it('takes nothing but the body from whoever brings that', () => {
    const { entry, item } = say(ana, 'Withheld');
    const edit = write(ana, { kind: 'edit', of: refOf(item), text: 'Edited' }).entry;
    const bare = { ...edit, body: null } as Entry;
    ben.store.record(roomId, [{ ...entry, body: null } as Entry, bare]);
    // The same bytes of a body under another kind, or about another message.
    const swapped = [
      { ...entry, kind: 'edit', of: { author: ana.deviceId, id: newMessageId() } } as Entry,
      { ...edit, of: { author: ana.deviceId, id: newMessageId() } } as Entry,
    ];
    ben.store.record(roomId, swapped);
    expect(shown(ben)).toEqual(shown(ana));
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.addRoom(roomId);
    const { messages } = pass(ben, cleo);
    cleo.close();
    expect(messages.map((each) => Entry.safeParse(each).success)).toEqual([true, true]);
  });

  it('takes no other words than those that were signed', () => {
    const { entry } = say(ana, 'Withheld');
    ben.store.record(roomId, [{ ...entry, body: null } as Entry]);
    const other = { ...entry, body: { salt: randomId(16), text: 'Something else' } } as Entry;
    expect(ben.store.record(roomId, [other]).gained).toBe(0);
    expect(shown(ben)).toEqual([]);
  });
});

describe('an answer', () => {
  it('shows the beginning of the message that it answers, as that is now', () => {
    const { item } = say(ana, 'Lunch at noon');
    pass(ana, ben);
    const answer = write(ben, { kind: 'text', text: 'Yes', of: refOf(item) }).item;
    expect(answer.quote).toMatchObject({ ...refOf(item), text: 'Lunch at noon', name: 'Ana', mine: false });
    write(ana, { kind: 'delete', of: refOf(item) });
    pass(ana, ben);
    expect(ben.store.page(roomId, undefined, 1).items[0]?.quote?.text).toBe('');
    const cleo = openTestStore(join(folder.path, 'cleo.db'));
    cleo.addRoom(roomId);
    const alone = ben.store.missing(roomId, holdingsOf(cleo), 50).messages.filter(({ id }) => id === answer.id);
    expect(cleo.store.record(roomId, alone).fresh[0]?.quote).toMatchObject({ ...refOf(item), text: null });
    cleo.close();
  });
});

describe('reactions', () => {
  it('count people, each by the last word', () => {
    const { item } = say(ana, 'Lunch at noon');
    pass(ana, ben);
    const react = (store: TestStore, emoji: string, on = true) =>
      write(store, { kind: 'reaction', of: refOf(item), emoji, on }).item;
    react(ben, '👍');
    react(ben, '❤️');
    react(ana, '👍');
    react(ben, '❤️', false);
    pass(ana, ben);
    pass(ben, ana);
    for (const each of [ana, ben]) expect(shown(each)[0]?.reactions).toEqual(['👍2']);
    expect(react(ana, '👍', false).reactions).toMatchObject([{ emoji: '👍', mine: false, people: [{ name: 'Ana' }] }]);
  });
});

describe('entries in any order (H4)', () => {
  it('show the same on every device and leave no replaced words', () => {
    const { item } = say(ana, 'first words');
    const other = say(ana, 'other words').item;
    const contents: EntryContent[] = [
      { kind: 'edit', of: refOf(item), text: 'second words' },
      { kind: 'reaction', of: refOf(item), emoji: '👍', on: true },
      { kind: 'edit', of: refOf(item), text: 'third words' },
      { kind: 'reaction', of: refOf(other), emoji: '🎉', on: true },
      { kind: 'delete', of: refOf(other) },
      { kind: 'reaction', of: refOf(item), emoji: '👍', on: false },
    ];
    const all = [
      ...ana.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 50).messages,
      ...contents.map((content) => write(ana, content).entry),
    ];
    let run = 0;
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(all.length), (order, cut) => {
        const device = openTestStore(join(folder.path, `run${++run}.db`));
        device.addRoom(roomId);
        device.store.record(roomId, order.slice(0, cut));
        device.store.record(roomId, order.slice(cut));
        // What lay behind too many gaps is asked for again.
        device.store.record(roomId, all);
        expect(shown(device)).toEqual(shown(ana));
        expect(prints(device)).toEqual(prints(ana));
        for (const gone of ['first', 'second', 'other']) expect(holds(device, gone)).toBe(false);
        expect(device.store.rooms()[0]).toMatchObject({ unread: 2 });
        device.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('what one author can do to the others', () => {
  it('ends: a reaction is changed only so often, and hides nobody else’s', () => {
    const { item } = say(ana, 'Lunch at noon');
    const eve = author('Eve');
    const emojis = '👍 ❤️ 😂 😮 😢 🙏 🎉 🔥 👏 💯 🤔 😍 😅 😉 😎 😡 🥳 🤝 ✅ ❌ 👀'.split(' ');
    const react = (seq: number, emoji: string) =>
      eve.write(roomId, {
        seq,
        clock: 1,
        kind: 'reaction',
        of: refOf(item),
        body: { salt: randomId(16), emoji, on: true },
      } as never);
    ana.store.record(
      roomId,
      emojis.map((emoji, at) => react(at + 1, emoji)),
    );
    write(ana, { kind: 'reaction', of: refOf(item), emoji: '🚀', on: true });
    expect(shown(ana)[0]?.reactions).toContain('🚀1');
    const more = Array.from({ length: LIMITS.reactionChangesMax }, (_, at) => react(emojis.length + 1 + at, '👍'));
    let refused = 0;
    for (let at = 0; at < more.length; at += 50) refused += ana.store.record(roomId, more.slice(at, at + 50)).refused;
    expect(refused).toBe(emojis.length);
  });

  describe('with more texts of one clock than a device takes, first without their bodies', () => {
    const many = () => {
      const eve = author('Eve');
      const clock = 5;
      const texts = Array.from({ length: LIMITS.messagesPerSeqMax + 4 }, (_, at) =>
        eve.write(roomId, { seq: at + 1, clock, text: `${at}` }),
      );
      ben.store.record(
        roomId,
        texts.map((each) => ({ ...each, body: null }) as Entry),
      );
      const next = (at: number) => ({ seq: texts.length + 1 + at, clock: clock + 1 + at });
      return { eve, texts, next };
    };

    it('ends when the bodies come', () => {
      const { texts } = many();
      expect(ben.store.record(roomId, texts).gained).toBe(LIMITS.messagesPerSeqMax);
      expect(ben.store.record(roomId, texts).gained).toBe(0);
      expect(shown(ben)).toHaveLength(LIMITS.messagesPerSeqMax);
    });

    it('ends when edits or deletions of them come', () => {
      const { eve, texts, next } = many();
      const changes = texts.map((text, at) => {
        const change =
          at % 2 === 0 ? { kind: 'delete' } : { kind: 'edit', body: { salt: randomId(16), text: `Edited ${at}` } };
        return eve.write(roomId, { ...change, ...next(at), of: refOf(text) } as never);
      });
      expect(ben.store.record(roomId, changes).refused).toBe(0);
      expect(shown(ben)).toHaveLength(LIMITS.messagesPerSeqMax);
    });
  });

  it('asks for no range twice in one question', () => {
    const print = 'A'.repeat(22);
    const head = {
      author: ana.deviceId,
      seq: 4,
      print,
      beyond: [] as { first: number; last: number; print: string }[],
    };
    const have = (...heads: unknown[]) => LinkMessage.safeParse({ type: 'have', question: 1, heads }).success;
    expect(
      have(head, {
        ...head,
        author: ben.deviceId,
        beyond: [
          { first: 6, last: 7, print },
          { first: 9, last: 9, print },
        ],
      }),
    ).toBe(true);
    expect(have(head, head)).toBe(false);
    expect(
      have({
        ...head,
        beyond: [
          { first: 6, last: 9, print },
          { first: 8, last: 9, print },
        ],
      }),
    ).toBe(false);
  });
});
