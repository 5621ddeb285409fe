import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeEvent, BridgePayload } from '@parley/shared/bridge';
import type { ComputerAsk, ComputerLeave, ComputerList, ComputerWelcome, Room } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { transferBox, transferKey, welcomeBytes } from '@parley/shared/sealing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSecretStore } from '../adapters/file-secret-store.ts';
import { type Core, createCore } from '../core.ts';
import type { Shell } from '../ports.ts';
import { ask, newMessageId, randomId, temporaryFolder, testClock, testPorts, testShell } from '../testing/test-kit.ts';
import { leaveOf, listOf, type TestDevice, testDevice } from './testing/test-computers.ts';

let folder: ReturnType<typeof temporaryFolder>;
const open: Core[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()));
  folder.remove();
});

/** A computer with a keystore of its own: what another one wrapped cannot be opened here. */
async function computer(name: string, shell: Partial<Shell> = {}): Promise<Core> {
  mkdirSync(join(folder.path, name), { recursive: true });
  const secrets = openFileSecretStore(join(folder.path, name, 'keystore'));
  const core = await createCore(
    testPorts(join(folder.path, name, 'profile'), {
      clock: testClock(1_700_000_000_000 + open.length * 1_000),
      secrets,
      serverProcess: null,
      shell: { ...testShell(), ...shell },
    }),
  );
  open.push(core);
  return core;
}
const deviceOf = async (core: Core): Promise<DeviceId> => (await ask(core, 'computers.state', {})).device;

/** Ana's computer with a room and a message in it. */
async function anas(shell: Partial<Shell> = {}) {
  const desk = await computer('desk', shell);
  await ask(desk, 'settings.change', {
    profile: { username: 'Ana', displayName: 'Ana Ribeiro' },
    appearance: { theme: 'dark' },
    homeServer: 'talk.example',
  });
  const garden = await ask(desk, 'rooms.create', { name: 'Garden' });
  const content = { kind: 'text' as const, text: 'On the desk', of: null };
  await ask(desk, 'history.compose', { id: newMessageId(), roomId: garden.roomId, content });
  return { desk, garden, person: await deviceOf(desk) };
}

/** The new computer asks, and the first one takes it in. */
async function welcomed(desk: Core, fresh: Core): Promise<{ asked: ComputerAsk; welcome: ComputerWelcome }> {
  const asked = await ask(fresh, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
  return { asked, welcome: await ask(desk, 'computers.welcome', { ask: asked }) };
}
async function transferred(desk: Core, fresh: Core): Promise<string[]> {
  const { welcome } = await welcomed(desk, fresh);
  await ask(fresh, 'computers.take-welcome', { welcome });
  const sealed: string[] = [];
  for (let index = 0; index < welcome.parts; index++) {
    const { part } = await ask(desk, 'computers.part', { index });
    sealed.push(part);
    await ask(fresh, 'computers.take-part', { index, part });
  }
  await ask(fresh, 'computers.finish', {});
  await ask(desk, 'computers.stop-giving', { failed: false });
  return sealed;
}

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
    const { desk, garden, person } = await anas();
    const vault = await ask(desk, 'rooms.create', { name: 'Vault', passphrase: 'lavender honey' });
    const laptop = await computer('laptop');
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
    const { desk, garden } = await anas();
    const laptop = await computer('laptop');
    await transferred(desk, laptop);
    const nothing = { roomId: garden.roomId, heads: [], above: null, upTo: null, after: null };
    const { messages } = await ask(desk, 'history.missing', nothing);
    await ask(laptop, 'history.record', { roomId: garden.roomId, messages });
    const { items } = await ask(laptop, 'history.page', { roomId: garden.roomId });
    expect(items).toMatchObject([{ text: 'On the desk', mine: true, elsewhere: true, state: 'read' }]);
  });

  it('tells the other about rooms and names that came later, and nobody else is believed', async () => {
    const { desk, garden, person } = await anas();
    const laptop = await computer('laptop');
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
    const { desk } = await anas();
    const [laptop, other] = [await computer('laptop'), await computer('other')];
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

  it('is taken in only once the person agreed outside the page, to one question at a time', async () => {
    const asked: { name: string; answer(yes: boolean): void; withdrawn: AbortSignal }[] = [];
    const { desk } = await anas({
      askComputer: (name, withdrawn) => new Promise((answer) => asked.push({ name, answer, withdrawn })),
    });
    const laptop = await computer('laptop');
    const wish = await ask(laptop, 'computers.ask', { person: await deviceOf(desk), name: 'Laptop' });
    const welcome = () => ask(desk, 'computers.welcome', { ask: wish });
    const isClosed = async () => {
      expect(await ask(desk, 'computers.state', {})).toMatchObject({ list: null });
      await expect(ask(desk, 'computers.part', { index: 0 })).rejects.toMatchObject({ code: 'computer-refused' });
    };
    const shown = (count: number) => expect.poll(() => asked.length).toBe(count);

    const refused = welcome();
    await shown(1);
    expect(asked[0]?.name).toBe('Laptop');
    await isClosed();
    await expect(welcome()).rejects.toMatchObject({ code: 'computer-unanswered' });
    asked[0]?.answer(false);
    await expect(refused).rejects.toMatchObject({ code: 'cancelled' });
    await isClosed();

    // The person went back in the page while the question was open: a yes that comes after it counts no more.
    const withdrawn = welcome();
    await shown(2);
    await ask(desk, 'computers.stop-giving', { failed: true });
    expect(asked[1]?.withdrawn.aborted).toBe(true);
    asked[1]?.answer(true);
    await expect(withdrawn).rejects.toMatchObject({ code: 'cancelled' });
    await isClosed();

    const agreed = welcome();
    await shown(3);
    asked[2]?.answer(true);
    expect((await agreed).list.computers).toHaveLength(1);
  });

  it('takes over nothing that its person did not sign for it, and nothing in another order or with a part missing', async () => {
    const { desk } = await anas();
    const [laptop, other] = [await computer('laptop'), await computer('other')];
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

  it('refuses a part that was sealed for it and holds anything but items', async () => {
    const first = testDevice();
    const laptop = await computer('laptop');
    const asked = await ask(laptop, 'computers.ask', { person: first.deviceId, name: 'Laptop' });
    const { device, name, askedAt, consent, boxKey } = asked;
    const { publicKey: eph, privateKey } = await transferKey();
    const list = listOf(first, [{ device, name, askedAt, consent }]);
    const sig = first.sign(welcomeBytes(asked, { eph, parts: 1 }));
    await ask(laptop, 'computers.take-welcome', { welcome: { list, eph, sig, parts: 1 } });
    const keys = { own: privateKey, other: boxKey, boxKey, eph, parts: 1 };
    const box = await transferBox(keys, { person: first.deviceId, device });
    for (const text of ['no JSON', '{}', '[{"kind":"room"}]']) {
      const part = (await box?.seal(0, text)) ?? '';
      await expect(ask(laptop, 'computers.take-part', { index: 0, part }), text).rejects.toMatchObject({
        code: 'computer-refused',
      });
    }
  });

  it('is a fresh one, and only the first computer adds and removes others', async () => {
    const { desk, person } = await anas();
    await expect(ask(desk, 'computers.ask', { person, name: 'Desk' })).rejects.toMatchObject({ code: 'not-allowed' });
    const used = await computer('used');
    await ask(used, 'settings.change', { profile: { username: 'Ben', displayName: null } });
    await expect(ask(used, 'computers.ask', { person, name: 'Used' })).rejects.toMatchObject({ code: 'not-allowed' });

    const [laptop, tablet] = [await computer('laptop'), await computer('tablet')];
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

  it('has a fresh key once it asked and did not come to its end, and keeps its own where it did not ask', async () => {
    const { desk, person } = await anas();
    const laptop = await computer('laptop');
    const restarts = { count: 0 };
    laptop.subscribe((event) => {
      if (event === 'app.restarted') restarts.count += 1;
    });
    const before = await deviceOf(laptop);
    await ask(laptop, 'computers.stop-getting', {});
    expect([await deviceOf(laptop), restarts.count]).toEqual([before, 0]);

    const asked = await ask(laptop, 'computers.ask', { person, name: 'Laptop' });
    await expect(ask(laptop, 'computers.ask', { person, name: 'Laptop' })).rejects.toMatchObject({
      code: 'computer-asked',
    });
    await ask(laptop, 'computers.stop-getting', {});
    const after = await deviceOf(laptop);
    expect(after).not.toBe(before);
    // The first one took the earlier key in, and nobody has that key any more.
    const welcome = await ask(desk, 'computers.welcome', { ask: asked });
    await expect(ask(laptop, 'computers.take-welcome', { welcome })).rejects.toMatchObject({
      code: 'computer-refused',
    });
    await ask(desk, 'computers.stop-giving', { failed: true });

    await transferred(desk, laptop);
    await ask(laptop, 'computers.begin', {});
    expect(await ask(laptop, 'computers.state', {})).toMatchObject({ device: after, person });
  });

  it('says which rooms are here where the disk gave out in between, and gets the rest by a new code', async () => {
    const { desk } = await anas();
    await ask(desk, 'rooms.create', { name: 'Vault' });
    const laptop = await computer('laptop');
    const settings = join(folder.path, 'laptop', 'profile', 'settings.json.new');
    // The name is written last, and cannot be.
    mkdirSync(settings);
    await expect(transferred(desk, laptop)).rejects.toMatchObject({
      message: expect.stringContaining('2 of 2 rooms are on this computer already'),
    });
    expect(await ask(laptop, 'settings.get', {})).toMatchObject({ profile: null });
    await ask(desk, 'computers.stop-giving', { failed: true });
    rmSync(settings, { recursive: true });
    await ask(laptop, 'computers.stop-getting', {});
    await transferred(desk, laptop);
    expect((await ask(laptop, 'rooms.list', {})).items).toHaveLength(2);
    expect((await ask(desk, 'computers.state', {})).list?.computers).toHaveLength(1);
  });

  it('knows whose computers others have, who left, and whose a device was', async () => {
    const { desk, garden } = await anas();
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

    const laptop = await computer('laptop');
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
    const { desk } = await anas();
    const devices: DeviceId[] = [];
    for (const name of ['laptop', 'tablet']) {
      const fresh = await computer(name);
      await welcomed(desk, fresh);
      devices.push(await deviceOf(fresh));
    }
    await Promise.all(devices.map((device) => ask(desk, 'computers.remove', { device })));
    expect((await ask(desk, 'computers.state', {})).list?.computers).toEqual([]);
  });

  it('leaves by itself, whatever the first computer says, and that one takes it off its list', async () => {
    const { desk, person } = await anas();
    const laptop = await computer('laptop');
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
    const { desk, person } = await anas();
    const laptop = await computer('laptop');
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
    const carls = await computer('ben');
    await ask(carls, 'settings.change', { profile: { username: 'Ben', displayName: null } });
    const atBen = (await ask(carls, 'rooms.create', { name: 'Ben’s' })).roomId;
    const meet = () => ask(carls, 'peers.meet', { deviceId: own, profile: { username: 'Carl', displayName: null } });
    await ask(carls, 'computers.learn', { lists: [list], left: [], by: person, roomId: atBen });
    expect(await meet()).toMatchObject({ person });
    await ask(carls, 'computers.learn', { lists: [], left, by: own, roomId: atBen });
    expect(await meet()).not.toHaveProperty('person');
  });

  it('is off the list again where it did not come to its end', async () => {
    const { desk } = await anas();
    const laptop = await computer('laptop');
    const { welcome } = await welcomed(desk, laptop);
    expect(welcome.list.computers).toHaveLength(1);
    expect((await ask(desk, 'computers.stop-giving', { failed: true })).list?.computers).toEqual([]);
    await expect(ask(desk, 'computers.part', { index: 0 })).rejects.toMatchObject({ code: 'computer-refused' });
  });
});
