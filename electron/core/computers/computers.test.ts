import type { BridgeEvent, BridgePayload } from '@parley/shared/bridge';
import type { ComputerAsk, ComputerLeave, ComputerList, ComputerWelcome, Room } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../core.ts';
import { ask, randomId } from '../testing/test-kit.ts';
import {
  deviceOf,
  type SeveralComputers,
  severalComputers,
  transferred,
  welcomed,
} from './testing/several-computers.ts';
import { leaveOf, listOf, type TestDevice, testDevice } from './testing/test-computers.ts';

let at: SeveralComputers;
beforeEach(() => {
  at = severalComputers();
});
afterEach(() => at.close());

const anyRoom = async (core: Core): Promise<Room> => {
  const [room] = (await ask(core, 'rooms.list', {})).items;
  if (!room) throw new Error('there is no room');
  return room;
};
/** Everything of that event which a core says from now on. */
function eventsOf<E extends BridgeEvent>(core: Core, name: E): BridgePayload<E>[] {
  const said: BridgePayload<E>[] = [];
  core.subscribe((event, payload) => {
    if (event === name) said.push(payload as BridgePayload<E>);
  });
  return said;
}
const ownThings = { profile: { username: 'Mallory', displayName: null }, profileAt: 1_800_000_000_000, rooms: [] };

describe('a new computer (H9)', () => {
  it('gets name, settings, servers and rooms with their keys, and keeps its own key', async () => {
    const { desk, garden, person } = await at.anas();
    const vault = await ask(desk, 'rooms.create', { name: 'Vault', passphrase: 'lavender honey' });
    const laptop = await at.computer('laptop');
    const own = await deviceOf(laptop);
    const sealed = await transferred(desk, laptop);
    const restarted = new Promise<void>((resolve) => {
      laptop.subscribe((event) => {
        if (event === 'app.restarted') resolve();
      });
    });
    await ask(laptop, 'computers.begin', {});
    await restarted;

    expect(own).not.toBe(person);
    expect(await ask(laptop, 'computers.state', {})).toMatchObject({ device: own, person });
    expect((await ask(laptop, 'app.info', {})).deviceId).toBe(own);
    expect(await ask(laptop, 'settings.get', {})).toMatchObject({
      profile: { username: 'Ana', displayName: 'Ana Ribeiro' },
      appearance: { theme: 'dark' },
      homeServer: 'talk.example',
    });
    const rooms = (await ask(laptop, 'rooms.list', {})).items;
    expect(new Map(rooms.map(({ roomId, name, mine }) => [roomId, [name, mine]]))).toEqual(
      new Map([
        [garden.roomId, ['Garden', true]],
        [vault.roomId, ['Vault', true]],
      ]),
    );
    const keys = await ask(laptop, 'rooms.keyring', { roomId: vault.roomId });
    const before = await ask(desk, 'rooms.keyring', { roomId: vault.roomId });
    expect([keys.secret, keys.passphrase]).toEqual([before.secret, 'lavender honey']);
    // Nothing of it is to be read on the way.
    for (const word of ['Ribeiro', 'lavender', before.secret])
      expect(sealed.some((part) => Buffer.from(part, 'base64url').includes(word) || part.includes(word))).toBe(false);
  });

  it('speaks as one person: what one of them wrote is one’s own on the other', async () => {
    const { desk, garden } = await at.anas();
    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    const nothing = { roomId: garden.roomId, heads: [], above: null, upTo: null, after: null };
    const { messages } = await ask(desk, 'history.missing', nothing);
    await ask(laptop, 'history.record', { roomId: garden.roomId, messages });
    const { items } = await ask(laptop, 'history.page', { roomId: garden.roomId });
    expect(items).toMatchObject([{ text: 'On the desk', mine: true, elsewhere: true, state: 'read' }]);
  });

  it('tells the other about rooms and names that came later, and nobody else is believed', async () => {
    const { desk, garden, person } = await at.anas();
    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    const own = await deviceOf(laptop);
    const invited = await ask(laptop, 'rooms.create', { name: 'Cellar', passphrase: 'lemon' });
    await ask(laptop, 'rooms.delete', { roomId: garden.roomId });
    await ask(laptop, 'settings.change', { profile: { username: 'Ana', displayName: 'Ana R.' } });

    const [told] = (await ask(laptop, 'computers.own', {})).messages;
    if (!told) throw new Error('nothing is told');
    await expect(ask(desk, 'computers.take-own', { ...told, by: person })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(ask(desk, 'computers.take-own', { ...told, by: randomId(32) as DeviceId })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await ask(desk, 'computers.take-own', { ...told, by: own });
    expect((await ask(desk, 'settings.get', {})).profile?.displayName).toBe('Ana R.');
    const names = async (core: Core) =>
      (await ask(core, 'rooms.list', {})).items
        .map(({ name }) => name ?? '')
        .toSorted((left, right) => left.localeCompare(right));
    expect(await names(desk)).toEqual(['Cellar', 'Garden']);
    const keys = await ask(desk, 'rooms.keyring', { roomId: invited.roomId });
    expect(keys.passphrase).toBe('lemon');

    // A room that was deleted stays away, until the person adds it again; an older name changes nothing.
    const [back] = (await ask(desk, 'computers.own', {})).messages;
    if (!back) throw new Error('nothing is told');
    const earlier = { username: 'Earlier', displayName: null };
    await ask(laptop, 'computers.take-own', { ...back, profile: earlier, profileAt: 1, by: person });
    expect(await names(laptop)).toEqual(['Cellar']);
    expect((await ask(laptop, 'settings.get', {})).profile?.displayName).toBe('Ana R.');
    const { invite } = await ask(desk, 'rooms.keyring', { roomId: garden.roomId });
    await ask(laptop, 'rooms.add', { invite });
    expect(await names(laptop)).toHaveLength(2);
  });

  it('takes in nobody who did not sign what is asked, and nobody for another person', async () => {
    const { desk } = await at.anas();
    const [laptop, other] = [await at.computer('laptop'), await at.computer('other')];
    const asked = await ask(laptop, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
    const elsewhere = await ask(other, 'computers.ask', { person: await deviceOf(laptop), name: 'Laptop' });
    const wrong: ComputerAsk[] = [
      elsewhere,
      { ...asked, name: 'Other' },
      { ...asked, boxKey: elsewhere.boxKey },
      { ...asked, consent: elsewhere.consent },
      { ...asked, sig: randomId(64) },
      { ...asked, device: await deviceOf(other) },
    ];
    for (const each of wrong)
      await expect(ask(desk, 'computers.welcome', { ask: each })).rejects.toMatchObject({ code: 'computer-refused' });
    expect(await ask(desk, 'computers.state', {})).toMatchObject({ list: null });
  });

  it('takes over nothing that its person did not sign for it, and nothing in another order or with a part missing', async () => {
    const { desk } = await at.anas();
    const [laptop, other] = [await at.computer('laptop'), await at.computer('other')];
    await ask(other, 'settings.change', { profile: { username: 'Mallory', displayName: null } });
    const { asked, welcome } = await welcomed(desk, laptop);
    const refusedBy = (core: Core, given: ComputerWelcome) =>
      expect(ask(core, 'computers.take-welcome', { welcome: given })).rejects.toMatchObject({
        code: 'computer-refused',
      });
    await refusedBy(other, welcome);
    await refusedBy(laptop, { ...welcome, parts: welcome.parts + 1 });
    await refusedBy(laptop, { ...welcome, eph: randomId(32) });
    await refusedBy(laptop, { ...welcome, list: { ...welcome.list, computers: [] } });
    // Somebody else's welcome, for the very same question.
    await expect(ask(other, 'computers.welcome', { ask: asked })).rejects.toMatchObject({ code: 'computer-refused' });

    const again = await ask(desk, 'computers.welcome', { ask: asked });
    await ask(laptop, 'computers.take-welcome', { welcome: again });
    const { part } = await ask(desk, 'computers.part', { index: 0 });
    const take = (index: number, text: string) => ask(laptop, 'computers.take-part', { index, part: text });
    await expect(take(1, part)).rejects.toMatchObject({ code: 'computer-refused' });
    await expect(take(0, `${part.slice(0, -2)}AA`)).rejects.toMatchObject({ code: 'computer-refused' });
    await expect(ask(laptop, 'computers.finish', {})).rejects.toMatchObject({ code: 'computer-refused' });
    expect(await ask(laptop, 'settings.get', {})).toMatchObject({ profile: null });
    expect((await ask(laptop, 'rooms.list', {})).items).toEqual([]);
  });

  it('is a fresh one, and only the first computer adds and removes others', async () => {
    const { desk, person } = await at.anas();
    await expect(ask(desk, 'computers.ask', { person, name: 'Desk' })).rejects.toMatchObject({ code: 'not-allowed' });
    const used = await at.computer('used');
    await ask(used, 'settings.change', { profile: { username: 'Ben', displayName: null } });
    await expect(ask(used, 'computers.ask', { person, name: 'Used' })).rejects.toMatchObject({ code: 'not-allowed' });

    const [laptop, tablet] = [await at.computer('laptop'), await at.computer('tablet')];
    await transferred(desk, laptop);
    const asked = await ask(tablet, 'computers.ask', { person: await deviceOf(laptop), name: 'Tablet' });
    await expect(ask(laptop, 'computers.welcome', { ask: asked })).rejects.toMatchObject({
      code: 'computer-not-first',
    });
    const own = await deviceOf(laptop);
    await expect(ask(laptop, 'computers.remove', { device: own })).rejects.toMatchObject({
      code: 'computer-not-first',
    });
    expect((await ask(desk, 'computers.remove', { device: own })).list?.computers).toEqual([]);
  });

  it('knows whose computers others have, who left, and whose a device was', async () => {
    const { desk, garden } = await at.anas();
    const [ben, bens, gone, removed] = [testDevice(), testDevice(), testDevice(), testDevice()];
    const name = { username: 'Ben', displayName: null };
    const meet = (core: Core, { deviceId }: TestDevice) => ask(core, 'peers.meet', { deviceId, profile: name });
    await meet(desk, ben);
    const { roomId } = garden;
    const learn = (core: Core, lists: ComputerList[], left: ComputerLeave[] = []) =>
      ask(core, 'computers.learn', { lists, left, by: ben.deviceId, roomId });
    await learn(desk, [listOf(ben, [bens, gone, removed])]);
    const now = listOf(ben, [bens, gone], { issuedAt: 2 });
    await learn(desk, [now], [leaveOf(gone, 5)]);

    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    // Nobody is told of twice where all of it is known.
    const changed = eventsOf(laptop, 'computers.changed');
    await learn(laptop, [now], [leaveOf(gone, 5)]);
    expect(changed).toEqual([]);
    expect(await meet(laptop, bens)).toMatchObject({ person: ben.deviceId, standing: 'new' });
    const mallory = testDevice();
    await meet(laptop, mallory);
    await ask(laptop, 'computers.learn', {
      lists: [listOf(mallory, [gone, removed])],
      left: [],
      by: mallory.deviceId,
      roomId,
    });
    for (const device of [gone, removed]) {
      const standing = await meet(laptop, device);
      expect(standing).toMatchObject({ standing: 'changed' });
      expect(standing).not.toHaveProperty('person');
    }
  });

  it('stays off the list where another one is taken off at the same time', async () => {
    const { desk } = await at.anas();
    const devices: DeviceId[] = [];
    for (const name of ['laptop', 'tablet']) {
      const fresh = await at.computer(name);
      await welcomed(desk, fresh);
      devices.push(await deviceOf(fresh));
    }
    await Promise.all(devices.map((device) => ask(desk, 'computers.remove', { device })));
    expect((await ask(desk, 'computers.state', {})).list?.computers).toEqual([]);
  });

  it('leaves by itself, whatever the first computer says, and that one takes it off its list', async () => {
    const { desk, person } = await at.anas();
    const laptop = await at.computer('laptop');
    await transferred(desk, laptop);
    const own = await deviceOf(laptop);
    await expect(ask(desk, 'computers.leave', {})).rejects.toMatchObject({ code: 'not-allowed' });
    const changed = eventsOf(laptop, 'computers.changed');
    expect(await ask(laptop, 'computers.leave', {})).toMatchObject({ device: own, person: own, list: null });
    expect(changed).toMatchObject([
      { person: own, devices: [own], changed: { persons: [own], devices: [person, own] } },
    ]);

    const cellar = await ask(laptop, 'rooms.create', { name: 'Cellar' });
    const said = await ask(laptop, 'computers.in-room', { roomId: cellar.roomId });
    const atDesk = eventsOf(desk, 'computers.changed');
    await ask(desk, 'computers.learn', { ...said, by: own, roomId: (await anyRoom(desk)).roomId });
    expect((await ask(desk, 'computers.state', {})).list?.computers).toEqual([]);
    expect(atDesk.map((each) => each.changed.persons)).toEqual([[own], [person]]);
    await expect(ask(desk, 'computers.take-own', { ...ownThings, by: own })).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('says that it left where somebody goes by a question that its person did not go on with', async () => {
    const { desk, person } = await at.anas();
    const laptop = await at.computer('laptop');
    const asked = await ask(laptop, 'computers.ask', { person, name: 'Laptop' });
    await ask(laptop, 'settings.change', { profile: { username: 'Carl', displayName: null } });
    const { roomId } = await ask(laptop, 'rooms.create', { name: 'Carl’s' });
    // The first computer takes it in all the same.
    const { list } = await ask(desk, 'computers.welcome', { ask: asked });
    const changed = eventsOf(laptop, 'computers.changed');
    await ask(laptop, 'computers.learn', { lists: [list], left: [], by: person, roomId });
    const own = await deviceOf(laptop);
    expect(await ask(laptop, 'computers.state', {})).toMatchObject({ person: own, list: null });
    expect(changed).toMatchObject([{ changed: { persons: [own] } }]);
    const { lists, left } = await ask(laptop, 'computers.in-room', { roomId });
    expect(lists).toEqual([]);
    // Others go by its word, also those who had the list.
    const carls = await at.computer('ben');
    await ask(carls, 'settings.change', { profile: { username: 'Ben', displayName: null } });
    const atBen = (await ask(carls, 'rooms.create', { name: 'Ben’s' })).roomId;
    const meet = () => ask(carls, 'peers.meet', { deviceId: own, profile: { username: 'Carl', displayName: null } });
    await ask(carls, 'computers.learn', { lists: [list], left: [], by: person, roomId: atBen });
    expect(await meet()).toMatchObject({ person });
    await ask(carls, 'computers.learn', { lists: [], left, by: own, roomId: atBen });
    expect(await meet()).not.toHaveProperty('person');
  });

  it('is off the list again where it did not come to its end', async () => {
    const { desk } = await at.anas();
    const laptop = await at.computer('laptop');
    const { welcome } = await welcomed(desk, laptop);
    expect(welcome.list.computers).toHaveLength(1);
    expect((await ask(desk, 'computers.stop-giving', { failed: true })).list?.computers).toEqual([]);
    await expect(ask(desk, 'computers.part', { index: 0 })).rejects.toMatchObject({ code: 'computer-refused' });
  });
});
