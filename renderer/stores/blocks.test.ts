import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp, reachOf } from './testing/open-app.ts';

const namesIn = (app: Parameters<typeof reachOf>[0], room: FakeRoom) =>
  reachOf(app, room)?.participants.map(({ name }) => name);

describe('blocking somebody (C11)', () => {
  it('closes the link at once, says so, and meets them again after it is taken back', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    expect(namesIn(app, room)).toEqual(['ben']);
    await actions.blockPerson(ben.core.dev, 'ben');
    await room.quiet();
    expect([namesIn(app, room), state().blocked.length]).toEqual([[], 1]);
    expect(state().notices.map(({ text }) => text)).toContain('You blocked ben. The connection is closed.');
    await actions.unblockPerson(ben.core.dev);
    await room.later(2_000);
    expect([namesIn(app, room), state().blocked]).toEqual([['ben'], []]);
    await app.close();
  });

  it('is linked again at once when unblocked in the middle of a call, which goes on in the same session', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state } = await openApp(room);
    const ben = await room.member('ben');
    await room.member('cleo');
    actions.prepareCall(room.keyring.roomId);
    await actions.joinCall();
    await actions.blockPerson(ben.core.dev, 'ben');
    const seats = room.server.seats.length;
    await actions.unblockPerson(ben.core.dev);
    await room.quiet();
    expect([state().call.at, namesIn(app, room)?.sort()]).toEqual(['joined', ['ben', 'cleo']]);
    expect(room.server.seats).toHaveLength(seats);
    await app.close();
  });

  it('takes hold in this page when it was done elsewhere', async () => {
    const room = await FakeRoom.create();
    const { app, say } = await openApp(room);
    const ben = await room.member('ben');
    say('peers.blocks-changed', {
      items: [{ person: ben.core.dev, name: 'ben', devices: [ben.core.dev], blockedAt: 0 }],
    });
    await room.quiet();
    expect(namesIn(app, room)).toEqual([]);
    await app.close();
  });
});
