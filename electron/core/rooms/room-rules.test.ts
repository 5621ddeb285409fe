import { join } from 'node:path';
import { profileFromName, type RoomRules, type RulesChange } from '@parley/shared/model';
import { type DeviceId, LIMITS, type RoomId } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from '../core.ts';
import { ask, author, newDeviceId, temporaryFolder, testPorts } from '../testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let roomId: RoomId;
let ana: Core;
let ben: Core;
let benDevice: DeviceId;
const open: Core[] = [];
const start = async (name: string) => {
  const core = await createCore(testPorts(join(folder.path, name)));
  open.push(core);
  await ask(core, 'settings.change', { profile: profileFromName(name) });
  return core;
};
const close = async (core: Core) => {
  open.splice(open.indexOf(core), 1);
  await core.close();
};
const set = (core: Core, change: RulesChange) => ask(core, 'rooms.set-rules', { roomId, change });
const now = (core: Core) => ask(core, 'rooms.rules', { roomId });
const learn = (core: Core, records: RoomRules[]) => ask(core, 'rooms.learn-rules', { roomId, records });
/** Brings what one has to the other. */
const tell = async (from: Core, to: Core) => learn(to, (await now(from)).records);
const deviceOf = async (core: Core) => (await ask(core, 'app.info', {})).deviceId;

beforeEach(async () => {
  folder = temporaryFolder();
  [ana, ben] = [await start('ana'), await start('ben')];
  ({ roomId } = await ask(ana, 'rooms.create', { name: 'Kitchen' }));
  const { invite } = await ask(ana, 'rooms.keyring', { roomId });
  await ask(ben, 'rooms.add', { invite });
  benDevice = await deviceOf(ben);
  await ask(ana, 'peers.meet', { deviceId: benDevice, profile: profileFromName('ben') });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((core) => core.close()));
  folder.remove();
});

describe('the rules of a room in the core (C9)', () => {
  it('are signed where the room was made alone, and taken by everybody who has its invite', async () => {
    expect(await now(ana)).toMatchObject({ role: 'owner', locked: false, records: [] });
    await expect(set(ben, { do: 'unlock' })).rejects.toMatchObject({ code: 'not-allowed' });
    await set(ana, { do: 'lock', present: [benDevice] });
    expect(await tell(ana, ben)).toMatchObject({ forged: 0, rules: { role: 'member', locked: true, self: 'in' } });
  });

  it('lets in those who were met and wrote, and nobody whom another member could have made up', async () => {
    const [cem, invented] = [author('Cem'), author('Nobody')];
    await ask(ana, 'peers.meet', { deviceId: cem.deviceId, profile: profileFromName('Cem') });
    await ask(ana, 'history.record', { roomId, messages: [cem.write(roomId), invented.write(roomId)] });
    const { admitted } = await set(ana, { do: 'lock', present: [] });
    expect(admitted).toEqual([await deviceOf(ana), cem.deviceId].sort());
    await tell(ana, ben);
    expect(await now(ben)).toMatchObject({ self: 'out' });
  });

  it('are kept over a restart, and go with the room', async () => {
    await set(ana, { do: 'remove', device: benDevice, lock: true, present: [benDevice] });
    const { rules } = await tell(ana, ben);
    expect(rules).toMatchObject({ self: 'removed', locked: true, removed: [benDevice] });
    await close(ben);
    const again = await start('ben');
    expect(await now(again)).toEqual(rules);
    const { invite } = await ask(ana, 'rooms.keyring', { roomId });
    await ask(again, 'rooms.delete', { roomId });
    await ask(again, 'rooms.add', { invite });
    expect(await now(again)).toMatchObject({ records: [], self: 'in' });
  });

  it('are not undone by an older record, nor changed by one that is not signed', async () => {
    await set(ana, { do: 'lock', present: [] });
    const [old] = (await now(ana)).records as [RoomRules];
    await set(ana, { do: 'unlock' });
    await tell(ana, ben);
    expect(await learn(ben, [old])).toMatchObject({ forged: 0, rules: { locked: false } });
    expect(await learn(ben, [{ ...old, seq: 90 }])).toMatchObject({ forged: 1, rules: { locked: false } });
  });

  it('name the people whom they keep out, whom the owner may let back in', async () => {
    await set(ana, { do: 'remove', device: benDevice, lock: false, present: [] });
    expect(await now(ana)).toMatchObject({ removedPeople: [{ person: benDevice, name: 'ben' }], locked: false });
    await set(ana, { do: 'let-back', device: benDevice });
    expect(await now(ana)).toMatchObject({ removedPeople: [], admittedPeople: [{ person: benDevice, name: 'ben' }] });
    await expect(
      set(ana, { do: 'remove', device: await deviceOf(ana), lock: false, present: [] }),
    ).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('have an end of their lists', async () => {
    const present = Array.from({ length: LIMITS.ruledDevicesMax }, newDeviceId);
    await expect(set(ana, { do: 'lock', present })).rejects.toMatchObject({ code: 'rules-full' });
    expect(await now(ana)).toMatchObject({ locked: false, records: [] });
  });
});

describe('a moderator (C9)', () => {
  const cem = newDeviceId();
  beforeEach(async () => {
    await set(ana, { do: 'lock', present: [] });
    await set(ana, { do: 'moderator', device: benDevice, on: true });
    await tell(ana, ben);
  });

  it('adds to what the owner signed, which the owner’s own app signs from then on', async () => {
    expect(await now(ben)).toMatchObject({ role: 'moderator', self: 'in' });
    await set(ben, { do: 'admit', device: cem });
    const { rules } = await tell(ben, ana);
    expect(rules.admitted).toContain(cem);
    expect(rules.records).toMatchObject([{ by: null, moderators: [{ device: benDevice, taken: 1 }] }]);
    await tell(ana, ben);
    expect((await now(ben)).records).toEqual(rules.records);
    await set(ben, { do: 'remove', device: cem, lock: false, present: [] });
    expect((await tell(ben, ana)).rules).toMatchObject({ removed: [cem] });
  });

  it('neither removes the owner nor makes moderators, nor takes back what the owner did', async () => {
    const refused = { code: 'not-allowed' };
    await expect(
      set(ben, { do: 'remove', device: await deviceOf(ana), lock: false, present: [] }),
    ).rejects.toMatchObject(refused);
    await expect(set(ben, { do: 'moderator', device: cem, on: true })).rejects.toMatchObject(refused);
    await set(ana, { do: 'remove', device: cem, lock: false, present: [] });
    await tell(ana, ben);
    await expect(set(ben, { do: 'let-back', device: cem })).rejects.toMatchObject(refused);
    await expect(set(ben, { do: 'admit', device: cem })).rejects.toMatchObject(refused);
  });

  it('can be unmade also where they let in more than one record holds', async () => {
    const present = Array.from({ length: LIMITS.ruledDevicesMax - 1 }, newDeviceId);
    await set(ben, { do: 'lock', present });
    expect((await tell(ben, ana)).rules.records).toHaveLength(2);
    await expect(set(ana, { do: 'unlock' })).rejects.toMatchObject({ code: 'rules-full' });
    await set(ana, { do: 'moderator', device: benDevice, on: false });
    expect(await now(ana)).toMatchObject({ moderators: [], locked: true, records: [{ by: null }] });
  });

  it('counts no more once the owner takes that back, also with what was signed before and comes again later', async () => {
    await set(ben, { do: 'unlock' });
    const old = (await now(ben)).records;
    await set(ana, { do: 'moderator', device: benDevice, on: false });
    await tell(ana, ben);
    expect(await now(ben)).toMatchObject({ role: 'member', locked: true });
    await expect(set(ben, { do: 'unlock' })).rejects.toMatchObject({ code: 'not-allowed' });
    await set(ana, { do: 'moderator', device: benDevice, on: true });
    expect((await learn(ana, old)).rules).toMatchObject({ locked: true });
  });
});
