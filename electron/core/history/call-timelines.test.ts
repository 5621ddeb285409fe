import { type CallTimeline, profileFromName } from '@parley/shared/model';
import { CallId, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  author,
  newMessageId,
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
const idOf = (callId: CallId) => callId as unknown as ReturnType<typeof newMessageId>;
/** A call that Ana started and was in. */
const call = () => {
  const callId = CallId.parse(randomId(16));
  ana.clock.advance(1_000);
  const composed = ana.store.compose({ id: idOf(callId), roomId, content: { kind: 'call', callId, of: null } }, ANA);
  ana.store.joinCall(roomId, callId);
  return { callId, ...composed };
};
const timeline = (lengthMs = 9_000): CallTimeline => ({
  lengthMs,
  people: [
    {
      deviceId: ben.deviceId,
      name: 'Ben',
      spans: [
        { fromMs: 0, toMs: 4_000, level: 'good', cause: null },
        { fromMs: 4_000, toMs: lengthMs, level: 'poor', cause: 'their-uplink' },
      ],
    },
  ],
});
const kept = ({ db }: TestStore) => db.prepare('SELECT count(*) FROM call_timelines').pluck().get();

describe('how the connections of a call were (C7, H4)', () => {
  it('is kept, replaced by what is known later, and told of once', () => {
    const { callId } = call();
    expect(ana.store.callTimeline(roomId, callId)).toBeNull();
    const content = { kind: 'call', missed: false, lengthMs: null, timeline: true };
    expect(ana.store.keepCallTimeline(roomId, callId, timeline())).toMatchObject([{ id: callId, content }]);
    expect(ana.store.keepCallTimeline(roomId, callId, timeline(20_000))).toEqual([]);
    expect(ana.store.callTimeline(roomId, callId)).toEqual(timeline(20_000));
    expect(ana.store.page(roomId, undefined, 5).items).toMatchObject([{ content }]);
  });

  it('stays on this device', () => {
    const { callId } = call();
    const before = ana.store.heads(roomId, null, null);
    ana.store.keepCallTimeline(roomId, callId, timeline());
    expect(ana.store.heads(roomId, null, null)).toEqual(before);
    const { messages } = ana.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 50);
    expect(JSON.stringify(messages)).not.toContain('their-uplink');
  });

  it('is not kept of a call that this device was not in', () => {
    const { callId, entry } = call();
    ben.store.record(roomId, [entry]);
    expect(ben.store.keepCallTimeline(roomId, callId, timeline())).toEqual([]);
    expect(kept(ben)).toBe(0);
  });

  it('is kept where the line of the call comes after it was over, and stands there then', () => {
    const { callId, entry } = call();
    ben.store.joinCall(roomId, callId);
    expect(ben.store.keepCallTimeline(roomId, callId, timeline())).toEqual([]);
    ben.store.record(roomId, [entry]);
    expect(ben.store.callTimeline(roomId, callId)).toEqual(timeline());
    expect(ben.store.page(roomId, undefined, 5).items).toMatchObject([{ id: callId, content: { timeline: true } }]);
  });

  it('goes with its message, and a write that comes late brings nothing back', () => {
    const eve = author('Eve');
    const entry = eve.write(roomId, { seq: 1, kind: 'call', body: { salt: randomId(16) } } as never);
    const callId = CallId.parse(entry.id);
    ana.store.record(roomId, [entry]);
    ana.store.joinCall(roomId, callId);
    ana.store.keepCallTimeline(roomId, callId, timeline());
    const of = { author: eve.deviceId, id: entry.id };
    ana.store.record(roomId, [eve.write(roomId, { seq: 2, clock: 9, kind: 'delete', of, body: null } as never)]);
    expect(ana.store.page(roomId, undefined, 5).items).toMatchObject([{ deleted: true }]);
    expect(kept(ana)).toBe(0);
    expect(ana.store.keepCallTimeline(roomId, callId, timeline())).toEqual([]);
    expect(kept(ana)).toBe(0);
  });

  it('stays when somebody deletes a copy under the id of the call', () => {
    const { callId, item } = call();
    ana.store.keepCallTimeline(roomId, callId, timeline());
    const eve = author('Eve');
    const copy = eve.write(roomId, { id: item.id, seq: 1, kind: 'call', body: { salt: randomId(16) } } as never);
    const back = eve.write(roomId, { kind: 'delete', of: copy, seq: 2, clock: 9, body: null } as never);
    expect(ana.store.record(roomId, [copy, back])).toMatchObject({ refused: 0 });
    expect(ana.store.callTimeline(roomId, callId)).toEqual(timeline());
  });

  it('goes by the timer of the room', () => {
    ana.store.compose({ id: newMessageId(), roomId, content: { kind: 'timer', lifetimeMs: 60_000, of: null } }, ANA);
    const { callId, entry } = call();
    ana.store.keepCallTimeline(roomId, callId, timeline());
    ana.store.mark(roomId, ben.deviceId, 'delivered', [entry.id]);
    ana.clock.advance(4_000_000);
    while (ana.store.expire().more);
    expect(kept(ana)).toBe(0);
    expect(ana.store.keepCallTimeline(roomId, callId, timeline())).toEqual([]);
    expect(kept(ana)).toBe(0);
  });

  it('goes with what this device keeps no longer, and with the room', () => {
    const old = call();
    ana.store.keepCallTimeline(roomId, old.callId, timeline());
    ana.store.mark(roomId, ben.deviceId, 'delivered', [old.entry.id]);
    ana.store.setKeep(roomId, 86_400_000);
    ana.clock.advance(2 * 86_400_000);
    while (ana.store.forget(ana.clock.now()).more);
    expect(kept(ana)).toBe(0);
    const { callId } = call();
    ana.store.keepCallTimeline(roomId, callId, timeline());
    expect(kept(ana)).toBe(1);
    ana.store.deleteRoom(roomId);
    expect(kept(ana)).toBe(0);
  });

  it('is nothing where the disk holds something else', () => {
    const { callId } = call();
    ana.store.keepCallTimeline(roomId, callId, timeline());
    ana.db.exec(`UPDATE call_timelines SET timeline = '{"lengthMs": -1'`);
    expect(ana.store.callTimeline(roomId, callId)).toBeNull();
  });
});
