import { type EntryContent, profileFromName } from '@parley/shared/model';
import { CallId, type DeviceId, MessageId, type RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { computerStores, listOf, testDevice } from '../computers/testing/test-computers.ts';
import { newMessageId, randomId, type TestStore } from '../testing/test-kit.ts';

const ana = profileFromName('Ana');
const { storeOf } = computerStores();

describe('the messages of a person with two computers (H9)', () => {
  /** Ana's two computers and Ben, in one room, who all know of each other. */
  function household() {
    const [desk, laptop] = [testDevice(), testDevice()];
    const [anaDesk, anaLaptop, ben] = [storeOf('Ana', desk), storeOf('Ana-2', laptop), storeOf('Ben')];
    const roomId = anaDesk.addRoom();
    for (const each of [anaLaptop, ben]) each.addRoom(roomId);
    ben.store.meet(desk.deviceId, ana);
    const list = listOf(desk, [laptop]);
    anaLaptop.store.joinComputers(list);
    for (const { store } of [anaDesk, ben])
      store.learnComputers({ lists: [list], left: [], by: desk.deviceId, roomId: null });
    return { desk, laptop, anaDesk, anaLaptop, ben, roomId };
  }
  /** Gives everything that one store has to the other. */
  const sync = (from: TestStore, to: TestStore, roomId: RoomId) => {
    const { messages } = from.store.missing(roomId, { heads: [], above: null, upTo: null, after: null }, 100);
    return to.store.record(roomId, messages);
  };

  it('are one author’s to the others, and one’s own on both computers, read and not to be changed from the other', () => {
    const { desk, laptop, anaDesk, anaLaptop, ben, roomId } = household();
    anaDesk.compose(roomId, 'From the desk');
    sync(anaDesk, anaLaptop, roomId);
    const onLaptop = anaLaptop.compose(roomId, 'From the laptop');
    sync(anaLaptop, ben, roomId);
    sync(anaLaptop, anaDesk, roomId);

    const atBen = ben.store.page(roomId, undefined, 10).items;
    expect(atBen.map(({ author, person, name, confirmed, mine }) => [author, person, name, confirmed, mine])).toEqual([
      [desk.deviceId, undefined, 'Ana', true, false],
      [laptop.deviceId, desk.deviceId, 'Ana', true, false],
    ]);
    const [found] = ben.store.authors(roomId);
    expect(ben.store.authors(roomId)).toHaveLength(1);
    expect(ben.store.search('from', { author: found?.author }, 10).items).toHaveLength(2);
    const atDesk = anaDesk.store.page(roomId, undefined, 10).items;
    expect(atDesk.map(({ mine, elsewhere, state }) => [mine, elsewhere, state])).toEqual([
      [true, undefined, 'queued'],
      [true, true, 'read'],
    ]);
    expect(anaDesk.store.rooms()[0]).toMatchObject({ unread: 0, lastMessage: { mine: true } });
    expect(anaLaptop.store.rooms()[0]).toMatchObject({ unread: 0 });
    expect(() =>
      anaDesk.store.compose(
        { id: newMessageId(), roomId, content: { kind: 'delete', of: { author: laptop.deviceId, id: onLaptop.id } } },
        ana,
      ),
    ).toThrow(expect.objectContaining({ code: 'message-unknown' }));
  });

  it('are delivered and read once for a person, and not by one’s own other computer', () => {
    const { desk, laptop, anaDesk, ben, roomId } = household();
    const message = ben.compose(roomId, 'Hello');
    const mark = (by: DeviceId, state: 'delivered' | 'read') => ben.store.mark(roomId, by, state, [message.id]).at(-1);
    expect(mark(desk.deviceId, 'delivered')).toMatchObject({ deliveredTo: 1, readBy: 0 });
    expect(mark(laptop.deviceId, 'read')).toMatchObject({ deliveredTo: 1, readBy: 1 });
    expect(mark(desk.deviceId, 'read')).toMatchObject({ deliveredTo: 1, readBy: 1 });
    expect(ben.store.receivers(roomId, message)).toMatchObject([{ name: 'Ana', state: 'read' }]);

    const own = anaDesk.compose(roomId, 'Only on my two computers');
    expect(anaDesk.store.mark(roomId, laptop.deviceId, 'read', [own.id])).toEqual([]);
    expect(anaDesk.store.page(roomId, undefined, 10).items.at(-1)).toMatchObject({ state: 'queued', deliveredTo: 0 });
  });

  it('miss no call that was taken on the other one', () => {
    const { anaDesk, anaLaptop, ben, roomId } = household();
    const callId = CallId.parse(randomId(16));
    const write = (by: TestStore, name: string, content: EntryContent, id = newMessageId()) =>
      by.store.compose({ id, roomId, content }, profileFromName(name));
    write(ben, 'Ben', { kind: 'call', callId, of: null }, MessageId.parse(callId));
    for (const each of [anaDesk, anaLaptop]) {
      sync(ben, each, roomId);
      expect(each.store.page(roomId, undefined, 10).items.at(-1)?.content).toMatchObject({
        kind: 'call',
        missed: true,
      });
    }
    anaLaptop.store.joinCall(roomId, callId);
    write(anaLaptop, 'Ana', { kind: 'hangup', callId, lengthMs: 60_000 });
    sync(anaLaptop, anaDesk, roomId);
    expect(anaDesk.store.page(roomId, undefined, 10).items.at(-1)?.content).toMatchObject({ missed: false });
    expect(anaDesk.store.rooms()[0]).toMatchObject({ unread: 0, missedCall: null });
  });

  it('are read here where they were read there, now or before the room came', () => {
    const { anaDesk, anaLaptop, ben, roomId } = household();
    ben.compose(roomId, 'One');
    ben.compose(roomId, 'Two');
    sync(ben, anaDesk, roomId);
    expect(anaDesk.store.readClock(roomId)).toBe(0);
    const [first] = anaDesk.store.page(roomId, undefined, 10).items;
    anaDesk.store.markSeen(roomId, { from: null, upTo: first ?? null });
    const clock = anaDesk.store.readClock(roomId);
    expect(clock).toBe(first?.clock);

    // Before the messages: as with a room that comes to a new computer.
    anaLaptop.store.takeRoom({ roomId, keepMs: null, readClock: clock });
    sync(ben, anaLaptop, roomId);
    expect(anaLaptop.store.rooms()[0]).toMatchObject({ unread: 1 });
    anaDesk.store.markSeen(roomId, { from: null, upTo: null });
    expect(anaLaptop.store.markSeenUpTo(roomId, anaDesk.store.readClock(roomId))).toBe(1);
    expect(anaLaptop.store.rooms()[0]).toMatchObject({ unread: 0 });
  });
});
