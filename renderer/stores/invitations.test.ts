import { DeviceId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { createAppStore } from './app-store.ts';
import { InviteRates, takeInvitation } from './invitations.ts';
import { openApp } from './testing/open-app.ts';

const met = (deviceId: DeviceId) => ({ person: deviceId, name: 'ben', devices: [deviceId] });

describe('inviting somebody from the list of people (C11)', () => {
  it('sends the invite of the room over the open link, and says so', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    const heard: string[] = [];
    ben.session.on('invited', ({ invite, roomName }) => heard.push(`${roomName} ${invite === room.keyring.invite}`));
    await actions.invitePerson(met(ben.core.dev), room.keyring.roomId);
    await room.quiet();
    expect(heard).toEqual(['Planning true']);
    expect(state().notices.map(({ text }) => text)).toContain('The invite was sent to ben.');
    await app.close();
  });

  it('says how long to wait rather than send what their app would not show', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    const invite = () => actions.invitePerson(met(ben.core.dev), room.keyring.roomId);
    for (let sent = 0; sent < 3; sent++) expect(await invite()).toMatchObject({ ok: true });
    expect(await invite()).toMatchObject({ ok: false, code: 'rate-limited' });
    expect(state().notices.at(-1)?.text).toBe('You invited ben a few times. Wait 5 minutes, then try again.');
    await app.close();
  });

  it('says that somebody is not there any more', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const sent = await actions.invitePerson(met(DeviceId.parse('A'.repeat(43))), room.keyring.roomId);
    expect(sent).toMatchObject({ ok: false, code: 'peer-away' });
    expect(state().notices.map(({ text }) => text)).toContain('ben is not connected any more.');
    await app.close();
  });
});

describe('invites of others (C11)', () => {
  const person = (fill: string) => DeviceId.parse(fill.repeat(43));

  it('are taken from one person at a pace that no coming and going begins anew', () => {
    let now = 0;
    const rates = new InviteRates({ monotonicMs: () => now });
    const taken = () => [1, 2, 3, 4].map(() => rates.take(person('A')));
    expect(taken()).toEqual([true, true, true, false]);
    expect(rates.take(person('E'))).toBe(true);
    now += 300_000;
    expect(taken()).toEqual([true, false, false, false]);
  });

  it('take nobody else’s place', () => {
    const store = createAppStore();
    const take = (from: string, invite: string) =>
      takeInvitation(store, { deviceId: person(from), person: person(from), name: from, invite, roomName: null });
    take('A', 'of A');
    for (const invite of ['1', '2', '3', '4']) take('E', invite);
    expect(store.getState().invitations.map(({ invite }) => invite)).toEqual(['of A', '3', '4']);
  });

  it('are shown once each, two of a person, and go with somebody who is blocked', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    for (const name of ['1', '2', '2', '3'])
      room.net.alive
        .find(({ certificate }) => certificate !== ben.certificate)
        ?.hear(JSON.stringify({ type: 'invite', invite: name, roomName: 'Garden' }));
    await room.quiet();
    expect(state().invitations.map(({ invite }) => invite)).toEqual(['1', '2']);
    await actions.blockPerson(ben.core.dev, 'ben');
    expect(state().invitations).toEqual([]);
    await app.close();
  });
});
