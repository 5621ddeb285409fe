import { refuse } from '@parley/shared/protocol';
import { boxKindOf } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { OwnMedia } from './call-membership.ts';
import { FakeCore, type FakeMember, FakeRoom } from './testing/fake-room.ts';

const names = (member: FakeMember) => member.seen().participants.map(({ name, link }) => `${name} ${link}`);
const media = (): OwnMedia => ({
  microphone: 'live',
  camera: false,
  screen: false,
  tracks: NO_TRACKS,
});
/** The boxes that a seat sent since, by their kinds. */
const sentBy = (room: FakeRoom, seat: number, from: number) =>
  room.server.relayed
    .slice(from)
    .filter((each) => each.from === room.server.seats[seat]?.participantId)
    .map(({ to, box }) => `${boxKindOf(box)}${to === '*' ? ' to all' : ''}`);

async function twoInARoom() {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  const block = () => {
    ana.core.blocked.add(ben.core.dev);
    ana.session.refreshBlocks();
    return room.quiet();
  };
  return { room, ana, ben, block };
}

describe('somebody who is blocked (C11)', () => {
  it('is off the list at once, and finds this device gone', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    await block();
    expect([names(ana), names(ben)]).toEqual([[], []]);
    expect(room.net.alive).toEqual([]);
  });

  it('gets no answer to a hello: no confirm with a name, no offer, no address', async () => {
    const room = await FakeRoom.create();
    const ben = await FakeCore.create('ben');
    const core = await FakeCore.create('ana');
    core.blocked.add(ben.dev);
    const ana = await room.member('ana', core);
    const before = room.server.relayed.length;
    const member = await room.member('ben', ben);
    await room.later(60_000);
    expect(sentBy(room, 0, before)).toEqual([]);
    expect([names(ana), names(member)]).toEqual([[], []]);
    expect(room.net.all).toEqual([]);
  });

  it('brings no peer from a handshake that was under way', async () => {
    const room = await FakeRoom.create();
    const ana = await room.member('ana');
    // Ben's confirm gets lost: his hello is here and he is not listed.
    room.server.tamper = (box, from) => (boxKindOf(box) === 'pair' && from !== room.server.seats[0] ? null : box);
    const ben = await room.member('ben');
    ana.core.blocked.add(ben.core.dev);
    ana.session.refreshBlocks();
    room.server.tamper = (box) => box;
    const before = room.server.relayed.length;
    await room.later(60_000);
    expect(sentBy(room, 0, before)).toEqual([]);
    expect(names(ana)).toEqual([]);
  });

  it('is not listed from a computer of which the core learns only by its list', async () => {
    const { room, ana } = await twoInARoom();
    const laptop = await FakeCore.create('ben');
    ana.core.answers['peers.meet'] = () => refuse('peer-blocked');
    await room.member('ben', laptop);
    expect(names(ana)).toEqual(['ben open']);
    expect(ana.notices).toEqual([]);
  });

  it('neither rings nor writes here, and others still see both', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    const cleo = await room.member('cleo');
    await block();
    ben.session.joinCall(media());
    await ben.session.send({ kind: 'text', text: 'hello', of: null }, () => {});
    await room.quiet();
    expect(ana.seen()).toMatchObject({ call: null, ringing: null });
    expect(cleo.seen().ringing?.from).toBe('ben');
    expect(
      cleo
        .seen()
        .participants.map(({ name }) => name)
        .sort(),
    ).toEqual(['ana', 'ben']);
    expect(ana.core.texts()).toEqual([]);
  });

  it('stops ringing when blocked in the middle of it', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    ben.session.joinCall(media());
    await room.quiet();
    expect(ana.seen().ringing).not.toBeNull();
    await block();
    expect(ana.seen().ringing).toBeNull();
  });

  it('is met again only by a fresh session, which is wanted once nobody turned away is blocked', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    expect(ana.session.isOutdated).toBe(false);
    await block();
    expect(ana.session.isOutdated).toBe(false);
    ana.core.blocked.clear();
    expect(ana.session.isOutdated).toBe(true);
    await ana.session.leave();
    const again = await room.member('ana', ana.core);
    await room.later(2_000);
    expect([names(again), names(ben)]).toEqual([['ben open'], ['ana open']]);
    expect(again.session.isOutdated).toBe(false);
  });
});
