import { join } from 'node:path';
import { type ComputerList, type EntryContent, profileFromName } from '@parley/shared/model';
import { CallId, type DeviceId, MessageId, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentOf, listOf, type TestDevice, testDevice } from '../computers/testing/test-computers.ts';
import { author, newMessageId, openTestStore, randomId, type TestStore, temporaryFolder } from '../testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
const open: TestStore[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  folder.remove();
});

const storeOf = (name: string, device?: TestDevice): TestStore => {
  const opened = openTestStore(join(folder.path, `${name}.db`), { name, ...(device ? { seed: device.seed } : {}) });
  open.push(opened);
  return opened;
};
const ana = profileFromName('Ana');
const learn = (
  { store }: TestStore,
  list: ComputerList,
  by: DeviceId | null = list.person,
  roomId: RoomId | null = null,
) => store.learnComputers([list], by, roomId);

describe('a list of computers (H9)', () => {
  it('makes two devices one person, and the newer list counts', () => {
    const [desk, laptop, tablet] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    expect(ben.store.meet(desk.deviceId, ana).peer).toMatchObject({ standing: 'new' });
    expect(learn(ben, listOf(desk, [laptop]))).toEqual([desk.deviceId]);
    expect(ben.store.meet(laptop.deviceId, ana).peer).toEqual({
      deviceId: laptop.deviceId,
      person: desk.deviceId,
      name: 'Ana',
      standing: 'new',
    });
    // Neither the same list again nor an older one changes anything.
    expect(learn(ben, listOf(desk, [laptop]))).toEqual([]);
    expect(learn(ben, listOf(desk, [tablet], { issuedAt: 3 }))).toEqual([desk.deviceId]);
    expect(learn(ben, listOf(desk, [laptop], { issuedAt: 2 }))).toEqual([]);
    expect(ben.store.meet(tablet.deviceId, ana).peer.person).toBe(desk.deviceId);
  });

  it('counts only where its person signed it and each computer agreed to it', () => {
    const [desk, laptop, mallory] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    const good = listOf(desk, [laptop]);
    const forged: ComputerList[] = [
      listOf(desk, [laptop], { signer: mallory }),
      { ...good, issuedAt: 2 },
      { ...good, sig: randomId(64) },
      // A laptop that agreed to be somebody else's, or never agreed.
      listOf(desk, [consentOf(laptop, mallory.deviceId)]),
      listOf(desk, [{ ...consentOf(laptop, desk.deviceId), consent: randomId(64) }]),
      listOf(desk, [{ ...consentOf(laptop, desk.deviceId), name: 'Other' }]),
      listOf(desk, [{ ...consentOf(laptop, desk.deviceId), device: mallory.deviceId }]),
    ];
    for (const list of forged) expect(learn(ben, list), JSON.stringify(list)).toEqual([]);
    // Mallory cannot make Ben's known device hers.
    expect(learn(ben, listOf(mallory, [consentOf(desk, desk.deviceId)]))).toEqual([]);
    expect(ben.store.meet(laptop.deviceId, ana).peer).toMatchObject({ standing: 'changed' });
    expect(learn(ben, good)).toEqual([desk.deviceId]);
  });

  it('reaches one step: no computer of a person has computers of its own, or a second person', () => {
    const [desk, laptop, third, other] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    learn(ben, listOf(desk, [laptop]));
    expect(learn(ben, listOf(laptop, [third]))).toEqual([]);
    expect(learn(ben, listOf(other, [laptop]))).toEqual([]);
    expect(learn(ben, listOf(other, [third]))).toEqual([other.deviceId]);
    expect(learn(ben, listOf(desk, [laptop, other], { issuedAt: 2 }))).toEqual([]);
    expect(ben.store.meet(third.deviceId, ana).peer.person).toBe(other.deviceId);
    expect(ben.store.meet(laptop.deviceId, ana).peer.person).toBe(desk.deviceId);
  });

  it('is taken of people who are known, or from themselves, and of nobody who was made up', () => {
    const [desk, laptop, mallory] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    const roomId = ben.addRoom();
    expect(learn(ben, listOf(desk, [laptop]), mallory.deviceId, roomId)).toEqual([]);
    expect(learn(ben, listOf(desk, [laptop]), laptop.deviceId)).toEqual([desk.deviceId]);
    // Somebody who wrote in the room, of whom another member tells.
    const carl = author('Carl');
    ben.store.record(roomId, [carl.write(roomId)]);
    const carls = testDevice();
    expect(ben.store.computersIn(roomId)).toEqual([]);
    const list = listOf(carls, [consentOf(mallory, carls.deviceId)]);
    expect(learn(ben, list, desk.deviceId, roomId)).toEqual([]);
  });

  it('lets a compared code count for all computers of the person, and a taken back one for none', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    ben.store.verifyPeer(desk.deviceId, true);
    learn(ben, listOf(desk, [laptop]));
    expect(ben.store.meet(laptop.deviceId, ana).peer.standing).toBe('verified');
    ben.store.verifyPeer(laptop.deviceId, false);
    expect(ben.store.meet(desk.deviceId, ana).peer.standing).toBe('pinned');
    ben.store.verifyPeer(laptop.deviceId, true);
    expect(ben.store.meet(desk.deviceId, ana).peer.standing).toBe('verified');
  });

  it('leaves a computer that was taken off it without the name and without the compared code', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    ben.store.verifyPeer(desk.deviceId, true);
    learn(ben, listOf(desk, [laptop]));
    ben.store.meet(laptop.deviceId, ana);
    learn(ben, listOf(desk, [], { issuedAt: 2 }));
    const { peer } = ben.store.meet(laptop.deviceId, ana);
    expect(peer.standing).toBe('changed');
    expect(peer).not.toHaveProperty('person');
    expect(ben.store.meet(desk.deviceId, ana).peer.standing).toBe('verified');
  });

  it('mends the standing of a computer that was met before its list, and still warns of a stranger of that name', () => {
    const [desk, laptop, mallory] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    expect(ben.store.meet(laptop.deviceId, ana).peer.standing).toBe('changed');
    learn(ben, listOf(desk, [laptop]));
    expect(ben.store.meet(laptop.deviceId, ana).peer.standing).toBe('pinned');
    expect(ben.store.meet(mallory.deviceId, ana).peer.standing).toBe('changed');
  });

  it('is there again after the app was opened anew', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const seed = testDevice();
    const ben = storeOf('Ben', seed);
    learn(ben, listOf(desk, [laptop]));
    ben.close();
    open.pop();
    expect(storeOf('Ben', seed).store.meet(laptop.deviceId, ana).peer.person).toBe(desk.deviceId);
  });
});

describe('the messages of a person with two computers (H9)', () => {
  /** Ana's two computers and Ben, in one room, who all know of each other. */
  function household() {
    const [desk, laptop] = [testDevice(), testDevice()];
    const [anaDesk, anaLaptop, ben] = [storeOf('Ana', desk), storeOf('Ana-2', laptop), storeOf('Ben')];
    const roomId = anaDesk.addRoom();
    for (const each of [anaLaptop, ben]) each.addRoom(roomId);
    ben.store.meet(desk.deviceId, ana);
    const list = listOf(desk, [laptop]);
    for (const each of [anaDesk, anaLaptop, ben]) learn(each, list);
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
