import { join } from 'node:path';
import { type Entry, profileFromName } from '@parley/shared/model';
import { CallId, LIMITS, type RoomId } from '@parley/shared/protocol';
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

const ANA = profileFromName('Ana');
const newCallId = () => CallId.parse(randomId(16));
/** The same call as the name of its entry. */
const idOf = (callId: CallId) => callId as unknown as ReturnType<typeof newMessageId>;
const start = ({ store, clock }: TestStore, callId = newCallId()) => {
  clock.advance(1_000);
  const composed = store.compose({ id: idOf(callId), roomId, content: { kind: 'call', callId, of: null } }, ANA);
  return { ...composed, callId };
};
const hangUp = ({ store, clock }: TestStore, callId: CallId, lengthMs: number) => {
  clock.advance(1_000);
  return store.compose({ id: newMessageId(), roomId, content: { kind: 'hangup', callId, lengthMs } }, ANA);
};
const callsOf = ({ store }: TestStore) => store.page(roomId, undefined, 50).items.map(({ content }) => content);
const roomOf = ({ store }: TestStore) => store.rooms()[0];
/** Everything that one device has and the other lacks. */
const pass = (from: TestStore, to: TestStore) => {
  const { heads } = to.store.heads(roomId, null, null);
  const { messages } = from.store.missing(roomId, { heads, above: null, upTo: null, after: null }, 100);
  return to.store.record(roomId, messages);
};
const missed = (lengthMs: number | null = null) => ({ kind: 'call', missed: true, lengthMs });
const taken = (lengthMs: number | null = null) => ({ kind: 'call', missed: false, lengthMs });

describe('a call in the history (H4)', () => {
  it('is missed by whoever was not in it, and new until it was seen', () => {
    const { callId } = start(ana);
    hangUp(ana, callId, 20_000);
    expect(callsOf(ana)).toEqual([taken(20_000)]);
    const { fresh } = pass(ana, ben);
    expect(fresh).toMatchObject([{ id: callId, text: '', content: missed(20_000), state: 'delivered' }]);
    expect(roomOf(ben)).toMatchObject({
      unread: 1,
      missedCall: { callId, name: 'Ana', count: 1 },
      lastMessage: { name: 'Ana', mine: false, call: { missed: true, lengthMs: 20_000, callId } },
    });
    ben.store.markSeen(roomId, { from: null, upTo: null });
    expect(roomOf(ben)).toMatchObject({ unread: 0, missedCall: null });
    expect(callsOf(ben)).toEqual([missed(20_000)]);
    expect(roomOf(ana)).toMatchObject({ unread: 0, missedCall: null });
  });

  it('is not missed by one who was in it, whether the entry or the joining came first, also after a restart', () => {
    const [early, late] = [start(ana), start(ana)];
    ben.store.joinCall(roomId, early.callId);
    pass(ana, ben);
    expect(roomOf(ben)).toMatchObject({ unread: 1, missedCall: { callId: late.callId, count: 1 } });
    const changed = ben.store.joinCall(roomId, late.callId);
    expect(changed).toMatchObject([{ id: late.callId, content: taken(), state: 'read' }]);
    expect(ben.store.joinCall(roomId, late.callId)).toHaveLength(1);
    expect(roomOf(ben)).toMatchObject({ unread: 0, missedCall: null });
    const { seed } = ben;
    ben.close();
    ben = openTestStore(join(folder.path, 'ben.db'), { seed });
    expect(callsOf(ben)).toEqual([taken(), taken()]);
  });

  it('is not missed by one who came into the room later', () => {
    start(ana);
    ana.clock.advance(60_000);
    const cem = openTestStore(join(folder.path, 'cem.db'), { name: 'Cem' });
    cem.clock.advance(50_000);
    cem.addRoom(roomId);
    pass(ana, cem);
    start(ana);
    pass(ana, cem);
    expect(callsOf(cem)).toEqual([taken(), missed()]);
    expect(roomOf(cem)).toMatchObject({ unread: 1, missedCall: { count: 1 } });
    cem.close();
  });

  it('took as long as the one says who left last, in whatever order they say it', () => {
    const { callId } = start(ana);
    pass(ana, ben);
    ben.store.joinCall(roomId, callId);
    hangUp(ana, callId, 60_000);
    const { item } = hangUp(ben, callId, 90_000);
    expect(item).toMatchObject({ id: callId, content: taken(90_000) });
    const { changed, fresh } = pass(ben, ana);
    expect([fresh, changed]).toMatchObject([[], [{ id: callId, content: taken(90_000) }]]);
    pass(ana, ben);
    expect([callsOf(ana), callsOf(ben)]).toEqual([[taken(90_000)], [taken(90_000)]]);
    expect(ana.store.heads(roomId, null, null)).toEqual(ben.store.heads(roomId, null, null));
  });

  it('leaves the draft alone, and cannot be left where it is not here', () => {
    ana.store.setDraft(roomId, 'Dear all');
    const { callId } = start(ana);
    hangUp(ana, callId, 1_000);
    expect(roomOf(ana)?.draft).toBe('Dear all');
    expect(() => hangUp(ben, callId, 1_000)).toThrow(/not here any more/);
    const other = newMessageId();
    const content = { kind: 'call', callId: newCallId(), of: null } as const;
    expect(() => ana.store.compose({ id: other, roomId, content }, ANA)).toThrow();
  });

  it('has a brake of its own: neither it nor messages use up what the other may (V6)', () => {
    const callId = newCallId();
    const call = (of: CallId) =>
      ana.store.compose({ id: idOf(of), roomId, content: { kind: 'call', callId: of, of: null } }, ANA);
    call(callId);
    for (let at = 0; at < LIMITS.spamMessagesMax; at++) {
      const content = { kind: 'text', text: `message ${at}`, of: null } as const;
      ana.store.compose({ id: newMessageId(), roomId, content }, ANA);
    }
    for (let at = 1; at < LIMITS.spamIdenticalMax; at++) call(newCallId());
    for (let at = LIMITS.spamIdenticalMax; at < LIMITS.spamMessagesMax; at++)
      ana.store.compose({ id: newMessageId(), roomId, content: { kind: 'hangup', callId, lengthMs: at } }, ANA);
    expect(() => call(newCallId())).toThrow();
    ana.clock.advance(LIMITS.spamWindowMs);
    call(newCallId());
  });

  it('is neither edited, deleted, answered, reacted to nor found by a search', () => {
    const { item } = start(ana);
    const of = { author: item.author, id: item.id };
    for (const content of [
      { kind: 'edit', of, text: 'Words' },
      { kind: 'delete', of },
      { kind: 'text', of, text: 'Words' },
      { kind: 'reaction', of, emoji: '👍', on: true },
    ] as const) {
      const compose = () => ana.store.compose({ id: newMessageId(), roomId, content }, ANA);
      expect(compose, content.kind).toThrow(/not here any more/);
    }
    for (const words of ['call', 'Ana', '']) expect(ana.store.search(words, {}, 5).items, words).toEqual([]);
  });

  it('goes by its time, with how long it took and what is known of it', () => {
    ana.store.compose({ id: newMessageId(), roomId, content: { kind: 'timer', lifetimeMs: 60_000, of: null } }, ANA);
    const { callId, entry } = start(ana);
    expect(entry.expires).toBe(60_000);
    pass(ana, ben);
    ben.store.joinCall(roomId, callId);
    const left = hangUp(ben, callId, 5_000);
    pass(ben, ana);
    pass(ana, ben);
    // An own entry that nobody has would stay.
    ben.store.mark(roomId, ana.deviceId, 'delivered', [left.entry.id]);
    ana.store.mark(roomId, ben.deviceId, 'delivered', [entry.id]);
    for (const each of [ana, ben]) {
      each.clock.advance(4_000_000);
      while (each.store.expire().more);
      expect(callsOf(each)).toEqual([]);
      expect(each.db.prepare('SELECT count(*) FROM messages WHERE kind > 5 AND body IS NOT NULL').pluck().get()).toBe(
        0,
      );
      expect(each.db.prepare('SELECT count(*) FROM joined_calls').pluck().get()).toBe(0);
    }
  });

  it('is dropped with what its room keeps no longer, and nothing brings it back', () => {
    const { callId, entry } = start(ana);
    pass(ana, ben);
    ben.store.joinCall(roomId, callId);
    ben.store.setKeep(roomId, 86_400_000);
    ben.clock.advance(2 * 86_400_000);
    while (ben.store.forget(ben.clock.now()).more);
    expect(callsOf(ben)).toEqual([]);
    expect(ben.db.prepare('SELECT count(*) FROM joined_calls').pluck().get()).toBe(0);
    const left = hangUp(ana, callId, 5_000);
    expect(ben.store.record(roomId, [entry, left.entry])).toMatchObject({ fresh: [], changed: [], refused: 0 });
    expect(callsOf(ben)).toEqual([]);
    expect(ben.db.prepare('SELECT count(*) FROM messages WHERE body IS NOT NULL').pluck().get()).toBe(0);
    expect(roomOf(ben)).toMatchObject({ unread: 0, missedCall: null });
  });
});

describe('calls that a far end makes up', () => {
  const callEntry = (eve: ReturnType<typeof author>, more: Record<string, unknown> = {}) =>
    eve.write(roomId, { kind: 'call', body: { salt: randomId(16) }, ...more } as never);
  const leave = (eve: ReturnType<typeof author>, of: { author: string; id: string }, more: Record<string, unknown>) =>
    eve.write(roomId, { kind: 'hangup', of, body: { salt: randomId(16), lengthMs: 1_000 }, ...more } as never);

  it('in the name of somebody else are refused', () => {
    const eve = author('Eve');
    const forged = { ...callEntry(eve), author: ana.deviceId } as Entry;
    expect(ben.store.record(roomId, [forged])).toMatchObject({ refused: 1, forged: 1, fresh: [] });
    const { item } = start(ana);
    pass(ana, ben);
    const longer = { ...leave(eve, item, { seq: 1 }), author: ana.deviceId } as Entry;
    expect(ben.store.record(roomId, [longer])).toMatchObject({ refused: 1, forged: 1, changed: [] });
    expect(callsOf(ben)).toEqual([missed()]);
  });

  it('under the id of another one’s call are calls of their own', () => {
    const { callId, item } = start(ana);
    pass(ana, ben);
    const eve = author('Eve');
    const copy = callEntry(eve, { id: item.id, seq: 1, clock: 9, sentAt: item.sentAt });
    expect(ben.store.record(roomId, [copy])).toMatchObject({ refused: 0, fresh: [{ author: eve.deviceId }] });
    ben.store.joinCall(roomId, callId);
    const { item: left } = hangUp(ben, callId, 7_000);
    expect(left.author).toBe(ana.deviceId);
    expect(roomOf(ben)?.unread).toBe(0);
  });

  it('under the id of a call that this device was in do not make that missed when they expire', () => {
    const { callId, item } = start(ana);
    pass(ana, ben);
    ben.store.joinCall(roomId, callId);
    const passing = callEntry(author('Eve'), { id: item.id, sentAt: item.sentAt, expires: 1_000 });
    expect(ben.store.record(roomId, [passing]).fresh).toHaveLength(1);
    ben.clock.advance(4_000_000);
    while (ben.store.expire().more);
    expect(callsOf(ben)).toEqual([taken()]);
  });

  it('under the id of a call that this device was in do not make that missed when they are dropped', () => {
    const { callId, item } = start(ana);
    ben.store.joinCall(roomId, callId);
    const early = callEntry(author('Eve'), { id: item.id, sentAt: item.sentAt });
    expect(ben.store.record(roomId, [early]).fresh).toHaveLength(1);
    ben.clock.advance(2 * 86_400_000);
    pass(ana, ben);
    expect(callsOf(ben)).toEqual([taken(), taken()]);
    ben.store.setKeep(roomId, 86_400_000);
    while (ben.store.forget(ben.clock.now()).more);
    expect(callsOf(ben)).toEqual([taken()]);
  });

  it('and then deleted do not take the length of another one’s call', () => {
    const { callId, item } = start(ana);
    pass(ana, ben);
    ben.store.joinCall(roomId, callId);
    const eve = author('Eve');
    const copy = callEntry(eve, { id: item.id, seq: 1, clock: 0, sentAt: item.sentAt });
    const back = eve.write(roomId, { kind: 'delete', of: copy, seq: 2, clock: 9, body: null } as never);
    expect(ben.store.record(roomId, [copy, back])).toMatchObject({ refused: 0 });
    expect(hangUp(ben, callId, 7_000).item).toMatchObject({ author: ana.deviceId, content: taken(7_000) });
  });

  it('are left by one author only so often, and about nothing change nothing', () => {
    const { item } = start(ana);
    pass(ana, ben);
    const eve = author('Eve');
    const often = Array.from({ length: LIMITS.hangUpsMax + 5 }, (_, at) => leave(eve, item, { seq: at + 1 }));
    expect(ben.store.record(roomId, often)).toMatchObject({ refused: 5, forged: 0 });
    const text = ben.compose(roomId, 'No call');
    const wrong = [
      leave(eve, { author: eve.deviceId, id: newMessageId() }, { seq: LIMITS.hangUpsMax + 1 }),
      leave(eve, text, { seq: LIMITS.hangUpsMax + 2 }),
    ];
    expect(ben.store.record(roomId, wrong).refused).toBe(0);
    expect(ben.store.page(roomId, undefined, 5).items).toMatchObject([
      { content: missed(1_000) },
      { text: 'No call', content: { kind: 'text' } },
    ]);
  });

  it('without their body are shown when it comes, and not as new where this device was in them', () => {
    const eve = author('Eve');
    const entry = callEntry(eve, { sentAt: ben.clock.now() });
    expect(ben.store.record(roomId, [{ ...entry, body: null } as Entry]).fresh).toEqual([]);
    ben.store.joinCall(roomId, CallId.parse(entry.id));
    expect(ben.store.record(roomId, [entry]).fresh).toMatchObject([{ content: taken() }]);
    expect(roomOf(ben)).toMatchObject({ unread: 0, missedCall: null });
  });
});
