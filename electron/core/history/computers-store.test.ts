import { type ComputerLeave, type ComputerList, profileFromName } from '@parley/shared/model';
import { type DeviceId, LIMITS, type RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import {
  computerStores,
  consentOf,
  leaveOf,
  listOf,
  type TestDevice,
  testDevice,
} from '../computers/testing/test-computers.ts';
import { author, randomId, type TestStore } from '../testing/test-kit.ts';

const ana = profileFromName('Ana');
const { storeOf, reopened } = computerStores();
const learn = (
  { store }: TestStore,
  list: ComputerList,
  by: DeviceId | null = list.person,
  roomId: RoomId | null = null,
) => store.learnComputers({ lists: [list], left: [], by, roomId }).persons;
const personOf = ({ store }: TestStore, { deviceId }: TestDevice, profile = ana) =>
  store.meet(deviceId, profile).peer.person ?? deviceId;
const standingOf = ({ store }: TestStore, { deviceId }: TestDevice) => store.meet(deviceId, ana).peer.standing;

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
    learn(ben, listOf(other, [laptop]));
    learn(ben, listOf(other, [laptop, third], { issuedAt: 2 }));
    learn(ben, listOf(desk, [laptop, other], { issuedAt: 2 }));
    expect([third, laptop, other].map((device) => personOf(ben, device))).toEqual([
      other.deviceId,
      desk.deviceId,
      other.deviceId,
    ]);
  });

  it('counts for the others on it where one of them has computers of its own: that one cannot spoil it', () => {
    const [desk, laptop, mallory, more] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    learn(ben, listOf(mallory, [more]));
    learn(ben, listOf(desk, [mallory, laptop]));
    expect([mallory, more, laptop].map((device) => personOf(ben, device))).toEqual([
      mallory.deviceId,
      mallory.deviceId,
      desk.deviceId,
    ]);
  });

  it('binds a device for good: one that was on it can be on nobody else’s', () => {
    const [desk, laptop, mallory] = [testDevice(), testDevice(), testDevice()];
    const seed = testDevice();
    let ben = storeOf('Ben', seed);
    learn(ben, listOf(desk, [laptop]));
    learn(ben, listOf(desk, [], { issuedAt: 2 }));
    // Also where it agreed to that later.
    const agreed = consentOf(laptop, mallory.deviceId, { askedAt: 9 });
    const theirs = listOf(mallory, [agreed]);
    learn(ben, theirs);
    expect(personOf(ben, laptop)).toBe(laptop.deviceId);
    ben = reopened(ben, 'Ben', seed);
    learn(ben, theirs, laptop.deviceId);
    learn(ben, listOf(mallory, [agreed], { issuedAt: 2 }), laptop.deviceId);
    expect(personOf(ben, laptop)).toBe(laptop.deviceId);
  });

  it('brings nobody back who was taken off it, unless they agreed anew', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const ben = storeOf('Ben');
    learn(ben, listOf(desk, [laptop]));
    learn(ben, listOf(desk, [], { issuedAt: 2 }));
    learn(ben, listOf(desk, [laptop], { issuedAt: 3 }));
    expect(personOf(ben, laptop)).toBe(laptop.deviceId);
    learn(ben, listOf(desk, [consentOf(laptop, desk.deviceId, { askedAt: 2 })], { issuedAt: 4 }));
    expect(personOf(ben, laptop)).toBe(desk.deviceId);
  });

  it('does not take over a device that was met as somebody of its own, until that one shows the list', () => {
    const [mallory, carl] = [testDevice(), testDevice()];
    const ben = storeOf('Ben');
    const carls = profileFromName('Carl');
    ben.store.meet(carl.deviceId, carls);
    ben.store.verifyPeer(carl.deviceId, true);
    ben.store.meet(mallory.deviceId, profileFromName('Mallory'));
    // Carl asked Mallory once, and did not go on.
    const list = listOf(mallory, [carl]);
    learn(ben, list);
    expect(personOf(ben, carl, carls)).toBe(carl.deviceId);
    // Neither his name nor his compared code is hers.
    expect(ben.store.meet(mallory.deviceId, carls).peer.standing).toBe('changed');
    learn(ben, list, carl.deviceId);
    expect(personOf(ben, carl, carls)).toBe(mallory.deviceId);
  });

  it('names so many devices ever, and further ones do not count', () => {
    const [desk, ben] = [testDevice(), storeOf('Ben')];
    const devices = Array.from({ length: LIMITS.computersEverMax + LIMITS.computersMax }, () => testDevice());
    let issuedAt = 0;
    for (let at = 0; at < devices.length; at += LIMITS.computersMax)
      learn(ben, listOf(desk, devices.slice(at, at + LIMITS.computersMax), { issuedAt: ++issuedAt }));
    const { count } = ben.db.prepare('SELECT count(*) AS count FROM computer_devices').get() as { count: number };
    expect(count).toBe(LIMITS.computersEverMax);
    expect(devices.slice(-LIMITS.computersMax).map((device) => personOf(ben, device))).not.toContain(desk.deviceId);
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
    expect(ben.store.computersIn(roomId)).toEqual({ lists: [], left: [] });
    const list = listOf(carls, [consentOf(mallory, carls.deviceId)]);
    expect(learn(ben, list, desk.deviceId, roomId)).toEqual([]);
  });

  it('of a computer that was taken off one is no way for others to bring in people who were made up', () => {
    const [desk, laptop, phone] = [testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    const roomId = ben.addRoom();
    learn(ben, listOf(desk, [laptop]));
    learn(ben, listOf(desk, [], { issuedAt: 2 }));
    expect(learn(ben, listOf(laptop, [phone]), desk.deviceId, roomId)).toEqual([]);
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
    // Nor does coming back end it: only the compared code does.
    learn(ben, listOf(desk, [consentOf(laptop, desk.deviceId, { askedAt: 2 })], { issuedAt: 3 }));
    expect(standingOf(ben, laptop)).toBe('changed');
    ben.store.verifyPeer(laptop.deviceId, true);
    expect(standingOf(ben, laptop)).toBe('verified');
  });

  it('leaves every computer that was taken off it with a warning, whatever its name was', () => {
    const [desk, laptop, tablet, unmet] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    learn(ben, listOf(desk, [laptop, tablet, unmet]));
    ben.store.meet(laptop.deviceId, profileFromName('Ana’s laptop'));
    ben.store.meet(tablet.deviceId, profileFromName('Ana’s tablet'));
    const { looksOther } = ben.store.learnComputers({
      lists: [listOf(desk, [], { issuedAt: 2 })],
      left: [],
      by: desk.deviceId,
      roomId: null,
    });
    expect(looksOther.map(({ deviceId, standing }) => [deviceId, standing])).toEqual([
      [laptop.deviceId, 'changed'],
      [tablet.deviceId, 'changed'],
    ]);
    for (const device of [laptop, tablet, unmet])
      expect(ben.store.meet(device.deviceId, profileFromName('Somebody')).peer.standing).toBe('changed');
  });

  it('ends a warning only where the name is known, and by that person alone', () => {
    const [desk, laptop, mallory, evil] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const ben = storeOf('Ben');
    ben.store.meet(desk.deviceId, ana);
    ben.store.meet(mallory.deviceId, profileFromName('Mallory'));
    expect(standingOf(ben, evil)).toBe('changed');
    // Nobody is Ana any more.
    ben.store.meet(desk.deviceId, profileFromName('Ana Ribeiro'));
    learn(ben, listOf(mallory, [evil]));
    expect(standingOf(ben, evil)).toBe('changed');
    ben.store.meet(desk.deviceId, ana);
    learn(ben, listOf(mallory, [evil], { issuedAt: 2 }));
    expect(standingOf(ben, evil)).toBe('changed');
    learn(ben, listOf(desk, [laptop]));
    expect(standingOf(ben, laptop)).toBe('new');
  });

  it('leaves each device its own warning where the compared code is taken back', () => {
    const [desk, laptop, ben] = [testDevice(), testDevice(), storeOf('Ben')];
    const other = testDevice();
    ben.store.meet(other.deviceId, profileFromName('Otto'));
    ben.store.meet(desk.deviceId, ana);
    learn(ben, listOf(desk, [laptop]));
    expect(ben.store.meet(laptop.deviceId, profileFromName('Otto')).peer.standing).toBe('changed');
    // The name is free again; the laptop took it all the same.
    ben.store.meet(other.deviceId, profileFromName('Somebody'));
    ben.store.verifyPeer(desk.deviceId, true);
    ben.store.verifyPeer(desk.deviceId, false);
    const met = (device: TestDevice, name: string) =>
      ben.store.meet(device.deviceId, profileFromName(name)).peer.standing;
    expect([met(desk, 'Ana'), met(laptop, 'Otto')]).toEqual(['pinned', 'changed']);
    ben.store.verifyPeer(laptop.deviceId, false);
    expect([met(desk, 'Ana'), met(laptop, 'Otto')]).toEqual(['pinned', 'changed']);
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
    expect(reopened(ben, 'Ben', seed).store.meet(laptop.deviceId, ana).peer.person).toBe(desk.deviceId);
  });
});

describe('a computer that agreed once (H9)', () => {
  const mineOf = ({ store }: TestStore) => store.ownComputers().person;
  const hear = ({ store }: TestStore, left: ComputerLeave, by: DeviceId) =>
    store.learnComputers({ lists: [], left: [left], by, roomId: null });

  it('becomes nobody’s by a list, only by its own pairing', () => {
    const [desk, laptop, mallory, more] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const onLaptop = storeOf('Laptop', laptop);
    const roomId = onLaptop.addRoom();
    // It asked Mallory, and its person did not go on.
    const list = listOf(mallory, [laptop, more]);
    const learned = onLaptop.store.learnComputers({ lists: [list], left: [], by: mallory.deviceId, roomId });
    expect(learned).toMatchObject({ persons: [], devices: [], unwantedAt: 1 });
    expect(mineOf(onLaptop)).toBe(laptop.deviceId);
    expect(onLaptop.store.isOwnComputer(mallory.deviceId)).toBe(false);
    // Nor is it this computer that hands that list on.
    expect(onLaptop.store.computersIn(roomId).lists).toEqual([]);

    onLaptop.store.joinComputers(listOf(desk, [consentOf(laptop, desk.deviceId, { askedAt: 2 })]));
    expect(mineOf(onLaptop)).toBe(desk.deviceId);
    learn(onLaptop, listOf(desk, [consentOf(laptop, desk.deviceId, { askedAt: 2 }), more], { issuedAt: 2 }));
    expect(onLaptop.store.isOwnComputer(more.deviceId)).toBe(true);
    // What it agreed to earlier is no reason to leave the person that it is.
    learn(onLaptop, listOf(mallory, [laptop], { issuedAt: 2 }));
    expect(mineOf(onLaptop)).toBe(desk.deviceId);
  });

  it('is not brought back to a list that it was taken off', () => {
    const [desk, laptop] = [testDevice(), testDevice()];
    const onLaptop = storeOf('Laptop', laptop);
    onLaptop.store.joinComputers(listOf(desk, [laptop]));
    learn(onLaptop, listOf(desk, [], { issuedAt: 2 }));
    expect(mineOf(onLaptop)).toBe(laptop.deviceId);
    learn(onLaptop, listOf(desk, [laptop], { issuedAt: 3 }));
    expect(mineOf(onLaptop)).toBe(laptop.deviceId);
    expect(onLaptop.store.isOwnComputer(desk.deviceId)).toBe(false);
  });

  it('leaves by its own word, which no list undoes', () => {
    const [desk, laptop, tablet] = [testDevice(), testDevice(), testDevice()];
    const [ben, onTablet] = [storeOf('Ben'), storeOf('Tablet', tablet)];
    const list = listOf(desk, [laptop, tablet]);
    onTablet.store.joinComputers(list);
    const roomId = ben.addRoom();
    ben.store.record(roomId, [author('Carl').write(roomId)]);
    ben.store.meet(desk.deviceId, ana);
    learn(ben, list);
    ben.store.meet(tablet.deviceId, ana);
    const left = leaveOf(tablet, 5);
    expect(hear(ben, { ...left, sig: randomId(64) }, tablet.deviceId).persons).toEqual([]);
    expect(hear(ben, { ...left, leftAt: 6 }, tablet.deviceId).persons).toEqual([]);
    expect(hear(ben, left, desk.deviceId)).toMatchObject({
      persons: [tablet.deviceId],
      devices: [desk.deviceId, laptop.deviceId, tablet.deviceId],
      looksOther: [{ deviceId: tablet.deviceId, standing: 'changed' }],
    });
    expect([laptop, tablet].map((device) => personOf(ben, device))).toEqual([desk.deviceId, tablet.deviceId]);
    learn(ben, listOf(desk, [laptop, tablet], { issuedAt: 2 }));
    expect(personOf(ben, tablet)).toBe(tablet.deviceId);
    // Once is enough, and of anybody who was never a computer of somebody it is nothing.
    expect(hear(ben, leaveOf(tablet, 9), tablet.deviceId).persons).toEqual([]);
    expect(hear(ben, leaveOf(testDevice(), 9), desk.deviceId).persons).toEqual([]);

    onTablet.store.leaveComputers(left);
    expect(mineOf(onTablet)).toBe(tablet.deviceId);
    expect(onTablet.store.computersIn(onTablet.addRoom())).toEqual({ lists: [], left: [left] });
  });

  it('counts no more where it left before its list comes', () => {
    const [desk, tablet, ben] = [testDevice(), testDevice(), storeOf('Ben')];
    hear(ben, leaveOf(tablet, 5), tablet.deviceId);
    learn(ben, listOf(desk, [tablet]));
    expect(personOf(ben, tablet)).toBe(tablet.deviceId);
  });
});

describe('lists from a backup (H9)', () => {
  it('are in doubt until another computer of the person was heard, or anybody where none is known', () => {
    const [desk, laptop, ben] = [testDevice(), testDevice(), testDevice()];
    const onDesk = storeOf('Desk', desk);
    const roomId = onDesk.addRoom();
    const hear = (by: TestDevice, lists: ComputerList[] = [], where: RoomId | null = roomId) => {
      const { devices } = onDesk.store.learnComputers({ lists, left: [], by: by.deviceId, roomId: where });
      return [onDesk.store.areComputersInDoubt(), devices.includes(desk.deviceId)];
    };
    expect(onDesk.store.areComputersInDoubt()).toBe(false);
    onDesk.store.doubtComputers();
    // The confirm has somebody's own list alone.
    expect(hear(ben, [], null)).toEqual([true, false]);
    expect(hear(ben)).toEqual([false, true]);

    onDesk.store.issueComputers(listOf(desk, [laptop]));
    onDesk.store.doubtComputers();
    expect(hear(ben)).toEqual([true, false]);
    expect(hear(laptop)).toEqual([false, true]);
  });

  it.each([
    ['none was known', 0],
    ['another was known', 1],
  ])('stay in doubt before a computer that brings itself back by a list since then, where %s', (_, known) => {
    const [desk, laptop, removed] = [testDevice(), testDevice(), testDevice()];
    const onDesk = storeOf('Desk', desk);
    const roomId = onDesk.addRoom();
    const before = [laptop].slice(0, known);
    if (known > 0) onDesk.store.issueComputers(listOf(desk, before));
    onDesk.store.doubtComputers();
    const list = listOf(desk, [...before, removed], { issuedAt: 2 });
    for (let said = 0; said < 2; said++)
      onDesk.store.learnComputers({ lists: [list], left: [], by: removed.deviceId, roomId });
    expect(onDesk.store.areComputersInDoubt()).toBe(true);
  });
});

describe('the lists that a room hands on (H9)', () => {
  it('are all of those who wrote there, however many, and also the one without a computer that wrote there', () => {
    const ben = storeOf('Ben');
    const roomId = ben.addRoom();
    const people = Array.from({ length: 2 * LIMITS.computerListsMax }, () => ({
      desk: testDevice(),
      laptop: testDevice(),
    }));
    for (const { desk, laptop } of people) {
      ben.store.record(roomId, [author('Somebody', laptop.seed).write(roomId)]);
      learn(ben, listOf(desk, [laptop]));
      learn(ben, listOf(desk, [], { issuedAt: 2 }));
    }
    const { lists } = ben.store.computersIn(roomId);
    expect(new Set(lists.map(({ person }) => person))).toEqual(new Set(people.map(({ desk }) => desk.deviceId)));
    const one = people[7]?.desk.deviceId ?? ben.deviceId;
    expect(ben.store.computersIn(roomId, [one]).lists.map(({ person }) => person)).toEqual([one]);
  });
});
