import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp } from './testing/open-app.ts';

/** Ana, who made the room and locked it, and this person's app outside. */
async function outside() {
  const room = await FakeRoom.create();
  const ana = await room.owner('ana');
  await ana.session.setRules((present) => ({ do: 'lock', present }));
  const opened = await openApp(room, { name: 'cem' });
  await room.quiet();
  const { roomId } = room.keyring;
  return { ...opened, room, ana, roomId, door: () => opened.state().reach[roomId]?.door };
}

describe('the app at the door of a locked room (C9)', () => {
  it('says who was asked, until the person does not want to ask any more, and asks again when they do', async () => {
    const { app, actions, room, ana, roomId, door } = await outside();
    expect(door()).toEqual({ at: 'locked', asked: 'owner' });
    await actions.stopAsking(roomId);
    await room.quiet();
    expect([door(), ana.seen().knocks]).toEqual([{ at: 'stopped' }, []]);
    await actions.askAgain(roomId);
    await room.quiet();
    expect([door(), ana.seen().knocks.map(({ name }) => name)]).toEqual([{ at: 'locked', asked: 'owner' }, ['cem']]);
    await app.close();
  });

  it('is in the room once it was let in, and out of its call and of the room once it was removed', async () => {
    const { app, actions, state, room, ana, core, roomId, door } = await outside();
    await ana.session.setRules(() => ({ do: 'admit', device: core.dev }));
    await room.quiet();
    expect([door(), state().reach[roomId]?.participants.map(({ name }) => name)]).toEqual([{ at: 'open' }, ['ana']]);
    actions.prepareCall(roomId);
    await room.quiet();
    await actions.joinCall();
    await room.quiet();
    expect(state().call.at).toBe('joined');
    await ana.session.setRules((present) => ({ do: 'remove', device: core.dev, lock: false, present }));
    await room.quiet();
    await room.later(1_000);
    expect([door(), state().call.at, ana.seen().participants]).toEqual([{ at: 'removed' }, 'none', []]);
    // Nothing comes back by itself, only when the person tries, and then for as long as nobody lets them in it stays so.
    await actions.askAgain(roomId);
    await room.later(1_000);
    expect([door(), ana.seen().participants]).toEqual([{ at: 'removed' }, []]);
    await ana.session.setRules(() => ({ do: 'let-back', device: core.dev }));
    await actions.askAgain(roomId);
    await room.quiet();
    await room.later(1_000);
    expect([door(), ana.seen().participants.map(({ name }) => name)]).toEqual([{ at: 'open' }, ['cem']]);
    await app.close();
  });
});

describe('the app of somebody who was removed while they were away (C9)', () => {
  it('says so as soon as a member is there, and stays out of the room', async () => {
    const room = await FakeRoom.create();
    const ana = await room.owner('ana');
    await ana.session.leave();
    const { app, state, core } = await openApp(room, { name: 'cem' });
    const { roomId } = room.keyring;
    expect(state().reach[roomId]?.door).toEqual({ at: 'open' });
    ana.core.rules.records.set(null, await ana.core.rules.sign({ removed: [core.dev] }));
    const again = await room.member('ana', ana.core);
    await room.later(1_000);
    expect([state().reach[roomId]?.door, again.seen().participants]).toEqual([{ at: 'removed' }, []]);
    const { relayed } = room.server;
    const from = relayed.length;
    await room.later(60_000);
    expect([state().reach[roomId]?.door, relayed.length - from]).toEqual([{ at: 'removed' }, 0]);
    await app.close();
  });
});

describe('the app of somebody who may let people in (C9)', () => {
  it('shows who knocks, and lets them in, leaves them or blocks them', async () => {
    const room = await FakeRoom.create();
    const { app, actions, state, core } = await openApp(room);
    const { roomId } = room.keyring;
    const ana = await room.owner('owner');
    await room.quiet();
    await ana.session.setRules((present) => ({ do: 'lock', present }));
    await ana.session.setRules(() => ({ do: 'moderator', device: core.dev, on: true }));
    await ana.session.leave();
    await room.quiet();
    const knock = () => {
      const [first] = state().reach[roomId]?.knocks ?? [];
      if (!first) throw new Error('nobody knocks');
      return first;
    };
    const cem = await room.member('cem');
    await actions.letIn(roomId, knock());
    await room.quiet();
    expect(cem.seen().participants.map(({ name }) => name)).toEqual(['ana']);
    expect(state().notices.map(({ text }) => text)).toContain('cem was let in.');
    await room.member('dora');
    actions.notNow(roomId, knock());
    await room.quiet();
    expect(state().reach[roomId]?.knocks).toEqual([]);
    await room.member('emre');
    await actions.blockKnock(knock());
    await room.quiet();
    expect([state().reach[roomId]?.knocks, state().blocked.length]).toEqual([[], 1]);
    await app.close();
  });
});
