import { join } from 'node:path';
import { Entry, profileFromName, RoomName } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
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

const DAY = 86_400_000;
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

const rename = ({ store, clock }: TestStore, name: string) => {
  clock.advance(1_000);
  const content = { kind: 'name', name: RoomName.parse(name), of: null } as const;
  return store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana')).entry;
};
const nameIn = ({ store }: TestStore) => store.room(roomId)?.name;
/** Everything that one device has and the other lacks. */
const pass = (from: TestStore, to: TestStore) => {
  const { heads } = to.store.heads(roomId, null, null);
  const { messages } = from.store.missing(roomId, { heads, above: null, upTo: null, after: null }, 100);
  return to.store.record(roomId, messages);
};
const told = ({ store }: TestStore) =>
  store
    .roomChanges(roomId)
    .map((change) => [change.mine, change.kind === 'name' ? [change.roomName, change.first] : change.lifetimeMs]);
/** The entry of a name by somebody without a history. */
const nameBy = (
  who: ReturnType<typeof author>,
  name: string,
  fields: { seq: number; clock?: number; expires?: number },
) => who.write(roomId, { kind: 'name', body: { salt: randomId(16), name: RoomName.parse(name) }, ...fields } as never);

describe('the name of a room', () => {
  it('is the last one in the order of the room, and goes to whoever catches up', () => {
    rename(ana, 'Garden');
    expect([nameIn(ana), nameIn(ben)]).toEqual(['Garden', null]);
    pass(ana, ben);
    expect(nameIn(ben)).toBe('Garden');
    rename(ben, 'Orchard');
    rename(ben, 'Meadow');
    pass(ben, ana);
    expect([nameIn(ana), nameIn(ben)]).toEqual(['Meadow', 'Meadow']);
    expect(ana.store.search('', {}, 5).items).toEqual([]);
  });

  it('is the same for all in the end, in whatever order the entries come (property)', () => {
    const people = [author('Ana'), author('Ben'), author('Cem')];
    const named = fc.record({
      by: fc.nat(2),
      clock: fc.integer({ min: 1, max: 6 }),
      name: fc.constantFrom('One', 'Two', 'Six'),
    });
    fc.assert(
      fc.property(fc.array(named, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), (given, choices) => {
        const room = ana.addRoom();
        ben.addRoom(room);
        const seqs = [0, 0, 0];
        const entries = given.map(({ by, clock, name }) => {
          const seq = (seqs[by] ?? 0) + 1;
          seqs[by] = seq;
          const body = { salt: randomId(16), name: RoomName.parse(name) };
          return (people[by] ?? people[0])?.write(room, { kind: 'name', seq, clock, body } as never) as Entry;
        });
        // Some come without their words first, as a member could hand them on.
        const arriving = entries.flatMap((entry) =>
          choices.next().value % 3 === 0 ? [{ ...entry, body: null }, entry] : [entry],
        );
        ana.store.record(room, entries);
        const left = [...arriving];
        while (left.length > 0) {
          const [next] = left.splice(choices.next().value % left.length, 1);
          ben.store.record(room, [next as Entry]);
        }
        for (const entry of entries) ben.store.record(room, [entry]);
        const [last] = entries.toSorted((one, other) =>
          one.clock !== other.clock
            ? other.clock - one.clock
            : one.author !== other.author
              ? one.author < other.author
                ? 1
                : -1
              : Buffer.compare(Buffer.from(other.id, 'base64url'), Buffer.from(one.id, 'base64url')),
        );
        const expected = last?.kind === 'name' ? last.body?.name : undefined;
        expect([ana, ben].map(({ store }) => store.room(room)?.name)).toEqual([expected, expected]);
      }),
      { numRuns: 60 },
    );
    checkWhole(ben.db, true);
  });

  it('stays what it was told before until an entry says one', () => {
    ben.db.prepare('UPDATE rooms SET name = ?').run('Told before');
    pass(ana, ben);
    expect(nameIn(ben)).toBe('Told before');
    rename(ana, 'Garden');
    pass(ana, ben);
    expect(nameIn(ben)).toBe('Garden');
  });

  it('is told of at each place where somebody gave one, beside the timer, and is no message', () => {
    rename(ana, 'Garden');
    ana.compose(roomId, 'In between');
    ana.store.compose(
      { id: newMessageId(), roomId, content: { kind: 'timer', lifetimeMs: DAY, of: null } },
      profileFromName('Ana'),
    );
    rename(ana, 'Orchard');
    const { fresh } = pass(ana, ben);
    expect(told(ben)).toEqual([
      [false, ['Garden', true]],
      [false, DAY],
      [false, ['Orchard', false]],
    ]);
    expect(ana.store.roomChanges(roomId, 1).map(({ kind }) => kind)).toEqual(['timer', 'name']);
    expect(ana.store.roomChanges(roomId, 1)[1]).toMatchObject({ roomName: 'Orchard', first: false, mine: true });
    expect(fresh.map(({ text }) => text)).toEqual(['In between']);
    expect(ben.store.rooms()[0]).toMatchObject({ unread: 1, message_count: 1, lastMessage: { text: 'In between' } });
    expect(ben.store.search('Orchard', {}, 5).items).toEqual([]);
  });

  it('leaves the draft alone, and the place of the room in the list', () => {
    ana.store.setDraft(roomId, 'half a');
    const before = ana.store.room(roomId)?.last_active_at;
    rename(ana, 'Garden');
    expect(ana.store.room(roomId)).toMatchObject({ draft: 'half a', last_active_at: before });
  });

  it('is kept however long messages are, and has no time of its own', () => {
    expect(rename(ana, 'Garden').expires).toBeUndefined();
    ana.compose(roomId, 'Old');
    const received = pass(ana, ben);
    ana.store.mark(
      roomId,
      ben.deviceId,
      'delivered',
      received.stored.map(({ id }) => id),
    );
    ana.store.setKeep(roomId, DAY);
    ana.clock.advance(3 * DAY);
    expect(ana.store.forget(ana.clock.now()).gone).toHaveLength(1);
    expect([nameIn(ana), told(ana)]).toEqual(['Garden', [[true, ['Garden', true]]]]);
    // Somebody who comes after that learns it.
    const cem = openTestStore(join(folder.path, 'cem.db'), { name: 'Cem' });
    cem.addRoom(roomId);
    pass(ana, cem);
    expect(nameIn(cem)).toBe('Garden');
    cem.close();
  });

  it('is no message that could be answered, edited, deleted or reacted to', () => {
    const { author: by, id } = rename(ana, 'Garden');
    const of = { author: by, id };
    const compose = (content: Parameters<typeof ana.store.compose>[0]['content']) => () =>
      ana.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana'));
    for (const content of [
      { kind: 'text', text: 'Yes', of },
      { kind: 'edit', text: 'Shed', of },
      { kind: 'delete', of },
      { kind: 'reaction', emoji: '👍', on: true, of },
    ] as const)
      expect(compose(content)).toThrow(expect.objectContaining({ code: 'message-unknown' }));
  });

  it('counts as something that its person did, where that is too much at once (V6)', () => {
    for (let i = 0; i < 20; i++) {
      const content = { kind: 'name', name: RoomName.parse(`Name ${i}`), of: null } as const;
      ana.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana'));
    }
    const more = { kind: 'name', name: RoomName.parse('One more'), of: null } as const;
    expect(() => ana.store.compose({ id: newMessageId(), roomId, content: more }, profileFromName('Ana'))).toThrow(
      expect.objectContaining({ code: 'message-spam' }),
    );
  });
});

describe('a name that nobody may give', () => {
  const eve = author('Eve');
  const parsed = (name: string) =>
    Entry.safeParse(eve.write(roomId, { kind: 'name', body: { salt: randomId(16), name } } as never)).success;

  it('is refused at the border: too long, too short, invisible, or with signs that turn the text around', () => {
    expect(parsed('Garden')).toBe(true);
    for (const name of [
      '',
      'x',
      'x'.repeat(101),
      ' '.repeat(9),
      'a\u202Eb',
      'a\nb',
      '\u200B\u200B',
      'a\u0000b',
      '\uD800x',
    ])
      expect([name, parsed(name)]).toEqual([name, false]);
    const whole = nameBy(eve, 'Garden', { seq: 1 });
    for (const wrong of [
      { body: { salt: randomId(16) } },
      { body: { salt: randomId(8), name: 'Garden' } },
      { of: { author: eve.deviceId, id: whole.id } },
    ])
      expect(Entry.safeParse({ ...whole, ...wrong }).success).toBe(false);
  });

  it('is refused where its author did not sign it, for another room, and with an end', () => {
    rename(ana, 'Garden');
    pass(ana, ben);
    const genuine = nameBy(eve, 'Hijacked', { seq: 1, clock: 9 });
    const other = { salt: randomId(16), name: RoomName.parse('Another') };
    const record = (entry: Entry) => {
      const { gained, refused, forged } = ben.store.record(roomId, [entry]);
      return { gained, refused, forged };
    };
    expect(record({ ...genuine, author: ana.deviceId })).toEqual({ gained: 0, refused: 1, forged: 1 });
    expect(record({ ...genuine, body: other } as Entry)).toEqual({ gained: 0, refused: 1, forged: 1 });
    expect(record({ ...genuine, roomId: newRoomId() })).toEqual({ gained: 0, refused: 1, forged: 0 });
    expect(record(nameBy(eve, 'For now', { seq: 1, clock: 9, expires: DAY }))).toEqual({
      gained: 0,
      refused: 1,
      forged: 0,
    });
    expect(record(nameBy(eve, 'For ever', { seq: 1, clock: 2_000_000 }))).toEqual({ gained: 0, refused: 1, forged: 0 });
    expect([nameIn(ben), told(ben).length]).toEqual(['Garden', 1]);
    // A member may: whoever has the invite is one.
    expect(record(genuine)).toMatchObject({ gained: 1 });
    expect(nameIn(ben)).toBe('Hijacked');
  });

  it('cannot be kept for ever by a high place in the order', () => {
    ben.store.record(roomId, [nameBy(eve, 'Mine', { seq: 1, clock: 900_000 })]);
    rename(ben, 'Ours');
    expect(nameIn(ben)).toBe('Ours');
  });

  it('takes nothing away where its body is withheld', () => {
    rename(ana, 'Garden');
    pass(ana, ben);
    const later = nameBy(eve, 'Later', { seq: 1, clock: 9 });
    ben.store.record(roomId, [{ ...later, body: null } as Entry]);
    expect([nameIn(ben), told(ben)]).toEqual(['Garden', [[false, ['Garden', true]]]]);
    ben.store.record(roomId, [later]);
    expect(nameIn(ben)).toBe('Later');
  });
});
