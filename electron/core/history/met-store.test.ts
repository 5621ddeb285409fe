import { profileFromName } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { computerStores, listOf, testDevice } from '../computers/testing/test-computers.ts';
import { author } from '../testing/test-kit.ts';

const { storeOf } = computerStores();

describe('the people who were met (C11)', () => {
  it('are kept with their names, the rooms in common and when it was last, the latest first', () => {
    const ben = storeOf('Ben');
    const [ana, cleo] = [author('Ana'), author('Cleo')];
    const [big, small] = [ben.addRoom(), ben.addRoom()];
    ben.store.meet(ana.deviceId, profileFromName('Ana'));
    ben.clock.advance(1_000);
    ben.store.meet(cleo.deviceId, profileFromName('Cleo'));
    ben.store.verifyPeer(cleo.deviceId, true);
    ben.store.record(big, [ana.write(big), cleo.write(big)]);
    ben.store.record(small, [ana.write(small)]);
    expect(ben.store.metPeople()).toMatchObject([
      { person: cleo.deviceId, name: 'Cleo', standing: 'verified', rooms: [big] },
      // A room of two before one of three.
      { person: ana.deviceId, name: 'Ana', standing: 'pinned', rooms: [small, big] },
    ]);
  });

  it('are there once for all their computers, and neither oneself nor those who are blocked', () => {
    const ben = storeOf('Ben');
    const [desk, laptop, mallory] = [testDevice(), testDevice(), testDevice()];
    ben.store.meet(desk.deviceId, profileFromName('Ana'));
    ben.store.learnComputers({ lists: [listOf(desk, [laptop])], left: [], by: desk.deviceId, roomId: null });
    ben.store.meet(laptop.deviceId, profileFromName('Ana'));
    ben.store.verifyPeer(laptop.deviceId, true);
    ben.store.meet(ben.deviceId, profileFromName('Ben'));
    ben.store.meet(mallory.deviceId, profileFromName('Mallory'));
    ben.store.blockPeer(mallory.deviceId);
    expect(ben.store.metPeople()).toMatchObject([
      { person: desk.deviceId, name: 'Ana', standing: 'verified', devices: [desk.deviceId, laptop.deviceId] },
    ]);
  });
});
