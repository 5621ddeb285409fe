import { describe, expect, it } from 'vitest';
import type { Invitation } from './session-state.ts';
import { FakeRoom } from './testing/fake-room.ts';

async function twoInARoom() {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  const heard: Invitation[] = [];
  ben.session.on('invited', (invitation) => heard.push(invitation));
  const invite = (number: number) => {
    const isSent = ana.session.tell(ben.core.dev, { type: 'invite', invite: `parley://${number}`, roomName: 'Garden' });
    return room.quiet().then(() => isSent);
  };
  return { room, ana, ben, heard, invite };
}

describe('an invite over a link (C11)', () => {
  it('comes with the name of who sent it, and joins nothing', async () => {
    const { ana, heard, invite } = await twoInARoom();
    expect(await invite(1)).toBe(true);
    expect(heard).toMatchObject([{ deviceId: ana.core.dev, name: 'ana', invite: 'parley://1', roomName: 'Garden' }]);
  });

  it('is not taken of a device that took over a known name', async () => {
    const { ana, ben, heard, invite } = await twoInARoom();
    ben.session.setStanding(ana.core.dev, 'changed');
    await invite(1);
    expect(heard).toEqual([]);
  });

  it('cannot be sent where no link is open', async () => {
    const { room, ana, ben } = await twoInARoom();
    await ben.session.leave();
    await room.later(10_000);
    expect(ana.session.tell(ben.core.dev, { type: 'invite', invite: 'parley://1', roomName: null })).toBe(false);
  });
});
