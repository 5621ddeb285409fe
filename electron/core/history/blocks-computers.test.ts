import { profileFromName } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { computerStores, listOf, testDevice } from '../computers/testing/test-computers.ts';
import { author, newSeed } from '../testing/test-kit.ts';

const ana = profileFromName('Ana');
const { storeOf } = computerStores();

describe('a blocked person with several computers (C11, H9)', () => {
  it('is blocked on all of them, by whichever it was done, and unblocked on all', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    ben.store.learnComputers({ lists: [listOf(desk, [laptop])], left: [], by: desk.deviceId, roomId: null });
    ben.store.blockPeer(laptop.deviceId);
    expect(ben.store.blockedPeers()).toMatchObject([
      { person: desk.deviceId, name: 'Ana', devices: [desk.deviceId, laptop.deviceId] },
    ]);
    ben.store.unblockPeer(desk.deviceId);
    expect([desk, laptop].map(({ deviceId }) => ben.store.isBlockedPeer(deviceId))).toEqual([false, false]);
  });

  it('is blocked on one that comes later, and on one that they take off their list', () => {
    const [desk, laptop, tablet] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    const learn = (list: ReturnType<typeof listOf>) =>
      ben.store.learnComputers({ lists: [list], left: [], by: desk.deviceId, roomId: null });
    ben.store.meet(desk.deviceId, ana);
    ben.store.blockPeer(desk.deviceId);
    expect(ben.store.isBlockedPeer(tablet.deviceId)).toBe(false);
    learn(listOf(desk, [laptop, tablet]));
    expect([laptop, tablet].map(({ deviceId }) => ben.store.isBlockedPeer(deviceId))).toEqual([true, true]);
    learn(listOf(desk, [laptop], { issuedAt: 2 }));
    expect(ben.store.isBlockedPeer(tablet.deviceId)).toBe(true);
    // One row, also where each of them was blocked by itself.
    ben.store.blockPeer(desk.deviceId);
    expect(ben.store.blockedPeers().map(({ person }) => person)).toEqual([desk.deviceId]);
    ben.store.unblockPeer(desk.deviceId);
    expect(ben.store.isBlockedPeer(tablet.deviceId)).toBe(false);
  });

  it('leaves nothing hidden when it is unblocked, also of a computer that is on no list with the blocked one any more', () => {
    const seed = newSeed();
    const [desk, laptop, tablet] = [testDevice(seed), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    const roomId = ben.addRoom();
    const learn = (list: ReturnType<typeof listOf>) =>
      ben.store.learnComputers({ lists: [list], left: [], by: desk.deviceId, roomId: null });
    for (const each of [desk, laptop]) ben.store.meet(each.deviceId, ana);
    ben.store.blockPeer(laptop.deviceId);
    learn(listOf(desk, [laptop]));
    ben.store.record(roomId, [author('Ana', seed).write(roomId, { text: 'meanwhile' })]);
    expect(ben.store.page(roomId, undefined, 50).items).toEqual([]);
    learn(listOf(desk, [tablet], { issuedAt: 2 }));
    ben.store.unblockPeer(laptop.deviceId);
    expect(ben.store.page(roomId, undefined, 50).items.map(({ text }) => text)).toEqual(['meanwhile']);
  });
});
