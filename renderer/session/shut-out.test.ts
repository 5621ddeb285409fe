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

  const unblock = async (room: FakeRoom, ...[ana, ben]: FakeMember[]) => {
    if (ben) ana?.core.blocked.delete(ben.core.dev);
    ana?.session.refreshBlocks();
    await room.quiet();
  };

  it('is linked again at once when unblocked, while the others and the call go on', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    const cleo = await room.member('cleo');
    ana.session.joinCall(media());
    await room.quiet();
    const [link] = cleo.seen().participants;
    await block();
    const from = room.server.relayed.length;
    await unblock(room, ana, ben);
    expect([names(ana).sort(), names(ben).sort()]).toEqual([
      ['ben open', 'cleo open'],
      ['ana open', 'cleo open'],
    ]);
    expect([ben.seen().ringing?.from, ana.seen().own !== null, ana.session.isOutdated]).toEqual(['ana', true, false]);
    // The hello for Ben is said to nobody else.
    const [anaSeat, , cleoSeat] = room.server.seats;
    const said = room.server.relayed.slice(from).filter((each) => each.from === anaSeat?.participantId);
    expect(said.filter(({ to }) => to === '*' || to === cleoSeat?.participantId)).toEqual([]);
    expect(cleo.seen().participants[0]?.sess).toBe(link?.sess);
    expect(names(cleo).sort()).toEqual(['ana open', 'ben open']);
  });

  it('is linked when unblocked if they came while they were blocked, or were about to be met', async () => {
    const room = await FakeRoom.create();
    const core = await FakeCore.create('ana');
    const ben = await FakeCore.create('ben');
    core.blocked.add(ben.dev);
    const ana = await room.member('ana', core);
    const blocked = await room.member('ben', ben);
    await unblock(room, ana, blocked);
    expect([names(ana), names(blocked)]).toEqual([['ben open'], ['ana open']]);
    // Cleo's confirm does not come before she is blocked.
    const [anaSeat] = room.server.seats;
    room.server.tamper = (box, _, target) => (boxKindOf(box) === 'pair' && target === anaSeat ? null : box);
    const cleo = await room.member('cleo');
    room.server.tamper = (box) => box;
    ana.core.blocked.add(cleo.core.dev);
    ana.session.refreshBlocks();
    await unblock(room, ana, cleo);
    expect([names(ana).sort(), names(cleo).sort()]).toEqual([
      ['ben open', 'cleo open'],
      ['ana open', 'ben open'],
    ]);
  });

  it('is linked when unblocked before the goodbye was said', async () => {
    const { room, ana, ben } = await twoInARoom();
    ana.core.blocked.add(ben.core.dev);
    ana.session.refreshBlocks();
    await unblock(room, ana, ben);
    await room.later(1_000);
    expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
  });

  it('is linked when unblocked after either of them lost the server meanwhile', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    await block();
    for (const seat of room.server.seats) {
      room.server.drop(seat);
      await room.later(1_000);
      room.server.resume(seat);
      await room.later(1_000);
    }
    expect(names(ana)).toEqual([]);
    await unblock(room, ana, ben);
    expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
  });

  it('is met three times anew in one session; after that a fresh session is wanted', async () => {
    const { room, ana, ben, block } = await twoInARoom();
    for (let times = 1; times <= 3; times++) {
      await block();
      await unblock(room, ana, ben);
      expect([names(ana), ana.session.isOutdated]).toEqual([['ben open'], false]);
    }
    await block();
    await unblock(room, ana, ben);
    expect([names(ana), ana.session.isOutdated]).toEqual([[], true]);
    await ana.session.leave();
    const again = await room.member('ana', ana.core);
    await room.later(2_000);
    expect([names(again), names(ben), again.session.isOutdated]).toEqual([['ben open'], ['ana open'], false]);
  });
});
