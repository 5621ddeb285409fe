import { DeviceId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp } from './testing/open-app.ts';

const met = (deviceId: DeviceId) => ({ name: 'ben', devices: [deviceId] });

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
  it('are shown once each, three at most, and go with somebody who is blocked', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    for (const name of ['1', '1', '2', '3'])
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
