import { type RoomRules, risingDevices } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import { boxKindOf, signRules } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { FakeCore, type FakeMember, FakeRoom } from './testing/fake-room.ts';

const names = (member: FakeMember) =>
  member
    .seen()
    .participants.filter(({ link }) => link === 'open')
    .map(({ name }) => name)
    .sort();
const lock = ({ session }: FakeMember) => session.setRules((present) => ({ do: 'lock', present }));
const admit = ({ session }: FakeMember, { core }: FakeMember) =>
  session.setRules(() => ({ do: 'admit', device: core.dev }));
const remove = ({ session }: FakeMember, { core }: FakeMember, withLock = false) =>
  session.setRules((present) => ({ do: 'remove', device: core.dev, lock: withLock, present }));
const doorOf = (member: FakeMember) => member.seen().door;
/** What a seat got since, by the kinds of the boxes. */
const gotBy = (room: FakeRoom, seat: number, from: number) =>
  room.server.relayed
    .slice(from)
    .filter((each) => each.to === room.server.seats[seat]?.participantId)
    .map(({ box }) => boxKindOf(box));

/** Ana, who made the room, with Ben, and the room is locked. */
async function lockedRoom() {
  const room = await FakeRoom.create();
  const ana = await room.owner('ana');
  const ben = await room.member('ben');
  await lock(ana);
  await room.quiet();
  return { room, ana, ben };
}

describe('a locked room (C9)', () => {
  it('goes on for those who were in it, also after they were away', async () => {
    const { room, ana, ben } = await lockedRoom();
    expect([names(ana), names(ben)]).toEqual([['ben'], ['ana']]);
    expect(ben.seen()).toMatchObject({ rules: { locked: true, self: 'in' }, door: { at: 'open' } });
    await ben.session.leave();
    const again = await room.member('ben', ben.core);
    expect([names(ana), names(again)]).toEqual([['ben'], ['ana']]);
  });

  it('lets nobody in who only has the invite: they are heard by those who may open, and by nobody else', async () => {
    const { room, ana, ben } = await lockedRoom();
    const from = room.server.relayed.length;
    const cem = await room.member('cem');
    await room.later(60_000);
    expect([names(ana), names(ben), names(cem)]).toEqual([['ben'], ['ana'], []]);
    expect(ana.seen().knocks).toEqual([{ deviceId: cem.core.dev, person: cem.core.dev, name: 'cem', standing: 'new' }]);
    expect([ben.seen().knocks, ben.core.met.has(cem.core.dev)]).toEqual([[], false]);
    expect(doorOf(cem)).toEqual({ at: 'locked', asked: 'owner' });
    // Nothing of Ana's: no name, no link, no address; of Ben nothing at all.
    expect([cem.core.met.size, cem.seen().participants, cem.core.texts()]).toEqual([0, [], []]);
    const [, benSeat] = room.server.seats;
    const said = room.server.relayed.slice(from).filter((each) => each.from === benSeat?.participantId);
    expect(said).toEqual([]);
    expect(new Set(gotBy(room, 2, from))).toEqual(new Set(['hello', 'pair']));
  });

  it('lets them in everywhere once the owner did', async () => {
    const { room, ana, ben } = await lockedRoom();
    const cem = await room.member('cem');
    await admit(ana, cem);
    await room.quiet();
    await room.later(1_000);
    expect([names(ana), names(ben), names(cem)]).toEqual([
      ['ben', 'cem'],
      ['ana', 'cem'],
      ['ana', 'ben'],
    ]);
    expect([ana.seen().knocks, doorOf(cem), cem.seen().rules.self]).toEqual([[], { at: 'open' }, 'in']);
  });

  it('asks the owner when they come later', async () => {
    const { room, ana } = await lockedRoom();
    await ana.session.leave();
    const cem = await room.member('cem');
    await room.later(30_000);
    expect([names(cem), doorOf(cem)]).toEqual([[], { at: 'open' }]);
    const again = await room.member('ana', ana.core);
    await room.later(10_000);
    expect([again.seen().knocks.map(({ name }) => name), doorOf(cem)]).toEqual([
      ['cem'],
      { at: 'locked', asked: 'owner' },
    ]);
  });

  it('shows each knock once, not again for a while after “Not now”, and none of somebody who is blocked or gone', async () => {
    const { room, ana } = await lockedRoom();
    const cem = await room.member('cem');
    ana.session.notNow(cem.core.dev);
    expect(ana.seen().knocks).toEqual([]);
    await cem.session.leave();
    const again = await room.member('cem', cem.core);
    expect(ana.seen().knocks).toEqual([]);
    await again.session.leave();
    const dora = await room.member('dora');
    expect(ana.seen().knocks).toHaveLength(1);
    await dora.session.leave();
    await room.quiet();
    expect(ana.seen().knocks).toEqual([]);
    await room.member('dora', dora.core);
    ana.core.blocked.add(dora.core.dev);
    ana.session.refreshBlocks();
    expect(ana.seen().knocks).toEqual([]);
  });

  it('asks about no more than five strangers at once, whatever many come', async () => {
    const { room, ana } = await lockedRoom();
    for (let at = 0; at < 8; at++) {
      const stranger = await room.member(`stranger-${at}`);
      await stranger.session.leave();
      await room.quiet();
    }
    expect(ana.core.asked.filter((name) => name === 'peers.look')).toHaveLength(5);
  });

  it('closes the links to those who were met by somebody else alone, and they knock afresh', async () => {
    const room = await FakeRoom.create();
    const ana = await room.owner('ana');
    await lock(ana);
    await ana.session.leave();
    const [ben, cem] = [await room.member('ben'), await room.member('cem')];
    const shut: string[] = [];
    cem.session.on('shut', (why) => shut.push(why));
    const own = await ana.core.rules.sign({ admitted: risingDevices([ana.core.dev, ben.core.dev]) });
    ana.core.rules.records.set(null, own);
    const again = await room.member('ana', ana.core);
    await room.later(1_000);
    expect([names(again), names(ben), names(cem)]).toEqual([['ben'], ['ana'], []]);
    expect(shut).toEqual(['out']);
    await cem.session.leave();
    const fresh = await room.member('cem', cem.core);
    await room.later(1_000);
    expect([again.seen().knocks.map(({ name }) => name), doorOf(fresh)]).toEqual([
      ['cem'],
      { at: 'locked', asked: 'owner' },
    ]);
  });

  it('lets in a computer of somebody who is in, as soon as that is known', async () => {
    const { room, ana, ben } = await lockedRoom();
    const laptop = await FakeCore.create('ben-laptop');
    const second = await room.member('ben-laptop', laptop);
    expect(names(second)).toEqual([]);
    for (const member of [ana, ben]) {
      member.core.persons.set(laptop.dev, ben.core.dev);
      member.session.refreshComputers({ persons: [], devices: [] });
    }
    await room.later(10_000);
    expect(names(second)).toEqual(['ana', 'ben']);
  });
});

describe('removal (C9)', () => {
  it('ends every link at once, tells the removed, and answers them with nothing but the record of it', async () => {
    const room = await FakeRoom.create();
    const [ana, ben, cem] = [await room.owner('ana'), await room.member('ben'), await room.member('cem')];
    const shut: string[] = [];
    cem.session.on('shut', (why) => shut.push(why));
    await remove(ana, cem);
    await room.quiet();
    await room.later(200);
    expect([names(ana), names(ben), names(cem)]).toEqual([['ben'], ['ana'], []]);
    expect([shut, doorOf(cem)]).toEqual([['removed'], { at: 'removed' }]);
    await cem.session.leave();
    const from = room.server.relayed.length;
    const again = await room.member('cem', cem.core);
    await room.later(50_000);
    expect([names(ana), names(ben), names(again)]).toEqual([['ben'], ['ana'], []]);
    expect([gotBy(room, 3, from), ana.seen().knocks]).toEqual([['notice', 'notice'], []]);
  });

  /** A room with Ben, and Cem who is removed while he is away. */
  async function removedWhileAway(with_: 'record' | 'moderator' = 'record') {
    const room = await FakeRoom.create();
    const [ana, ben] = [await room.owner('ana'), await room.member('ben')];
    const cem = await room.member('cem');
    await cem.session.leave();
    if (with_ === 'moderator') await ana.session.setRules(() => ({ do: 'moderator', device: ben.core.dev, on: true }));
    await room.quiet();
    if (with_ === 'moderator') await ana.session.leave();
    await remove(with_ === 'moderator' ? ben : ana, cem);
    await room.quiet();
    return { room, ana, ben, cem: cem.core };
  }

  it('is told to somebody who was away then, with nothing beside the signed record', async () => {
    const { room, ana, ben, cem } = await removedWhileAway();
    await ana.session.leave();
    cem.met.clear();
    const from = room.server.relayed.length;
    const again = await room.member('cem', cem);
    await room.quiet();
    expect([doorOf(again), again.seen().rules.self, again.notices]).toEqual([{ at: 'removed' }, 'removed', []]);
    expect([gotBy(room, 3, from), cem.met.size, names(ben)]).toEqual([['notice'], 0, []]);
    expect(again.seen().rules.records).toEqual(ben.seen().rules.records);
  });

  it('is told where a moderator removed them, before the owner heard of it', async () => {
    const { room, cem } = await removedWhileAway('moderator');
    expect(doorOf(await room.member('cem', cem))).toEqual({ at: 'removed' });
  });

  it('is told to the same device once in a minute, and to no more than five at once', async () => {
    const { room, ana, cem } = await removedWhileAway();
    await ana.session.leave();
    const [, benSeat] = room.server.seats;
    const told = () =>
      room.server.relayed.filter(({ from, box }) => from === benSeat?.participantId && boxKindOf(box) === 'notice')
        .length;
    const come = async (core: FakeCore) => {
      await (await room.member('cem', core)).session.leave();
      await room.quiet();
    };
    for (let times = 0; times < 3; times++) await come(cem);
    expect(told()).toBe(1);
    await room.later(60_000);
    await come(cem);
    expect(told()).toBe(2);
    const others = await Promise.all(Array.from({ length: 7 }, (_, at) => FakeCore.create(`removed-${at}`)));
    const owner = await room.member('ana', ana.core);
    for (const { dev } of others)
      await owner.session.setRules((present) => ({ do: 'remove', device: dev, lock: false, present }));
    await room.quiet();
    await owner.session.leave();
    await room.later(60_000);
    for (const core of others) await come(core);
    expect(told()).toBe(2 + 5);
  });

  it('is told by nobody who blocked them, and to nobody else at the door', async () => {
    const { room, ana, ben, cem } = await removedWhileAway();
    await ana.session.leave();
    ben.core.blocked.add(cem.dev);
    const from = room.server.relayed.length;
    const again = await room.member('cem', cem);
    await room.later(10_000);
    expect([gotBy(room, 3, from), doorOf(again)]).toEqual([[], { at: 'open' }]);
    const locked = await lockedRoom();
    await locked.ana.session.leave();
    const before = locked.room.server.relayed.length;
    await locked.room.member('dora');
    await locked.room.later(10_000);
    expect(gotBy(locked.room, 2, before)).toEqual([]);
  });

  it('is believed of the owner alone: a notice with a forged record changes nothing and is not spoken of', async () => {
    const room = await FakeRoom.create();
    const [ana, ben] = [await room.owner('ana'), await room.member('ben')];
    const rogue = await room.rogue();
    const fields = {
      roomId: room.keyring.roomId,
      by: null,
      grant: null,
      seq: 9,
      locked: false,
      owners: [ana.core.dev],
    };
    const forged = await signRules(ana.core.key, { ...fields, admitted: [], removed: [ben.core.dev], moderators: [] });
    const [, benSeat] = room.server.seats;
    for (let times = 0; times < 20; times++) if (benSeat) await rogue.notice(benSeat, [forged]);
    await room.quiet();
    expect([doorOf(ben), names(ben), ben.notices]).toEqual([{ at: 'open' }, ['ana'], []]);
    // Four at once.
    expect(ben.core.asked.filter((name) => name === 'rooms.learn-rules')).toHaveLength(4);
  });

  it('reaches a member who was away by another one, while the owner is away', async () => {
    const room = await FakeRoom.create();
    const [ana, ben, dora] = [await room.owner('ana'), await room.member('ben'), await room.member('dora')];
    const cem = await FakeCore.create('cem');
    await dora.session.leave();
    await (await room.member('cem', cem)).session.leave();
    await ana.session.setRules((present) => ({ do: 'remove', device: cem.dev, lock: false, present }));
    await room.quiet();
    await ana.session.leave();
    const stranger = await room.member('cem', cem);
    const again = await room.member('dora', dora.core);
    await room.later(10_000);
    expect([names(ben), names(again), names(stranger)]).toEqual([['dora'], ['ben'], []]);
    expect(again.seen().rules.removed).toEqual([cem.dev]);
  });

  it('is taken back by the owner: a fresh stay is met again', async () => {
    const room = await FakeRoom.create();
    const [ana, ben] = [await room.owner('ana'), await room.member('ben')];
    await remove(ana, ben, true);
    await room.quiet();
    await room.later(200);
    await ben.session.leave();
    await ana.session.setRules(() => ({ do: 'let-back', device: ben.core.dev }));
    const again = await room.member('ben', ben.core);
    await room.later(1_000);
    expect([names(ana), names(again), again.seen().rules.self]).toEqual([['ben'], ['ana'], 'in']);
  });
});

describe('the rules of a room (C9)', () => {
  const forAll = (record: RoomRules) => [{ type: 'rules' as const, records: [record] }];

  it('cannot be made by a member: nothing changes, and who sent them is said', async () => {
    const room = await FakeRoom.create();
    const [ana, ben] = [await room.owner('ana'), await room.member('ben')];
    const fields = { roomId: room.keyring.roomId, by: null, grant: null, seq: 9, locked: true, owners: [ben.core.dev] };
    const forged = await signRules(ben.core.key, { ...fields, admitted: [], removed: [ana.core.dev], moderators: [] });
    await room.hears(ana, forAll(forged));
    expect([names(ana), ana.seen().rules.records]).toEqual([['ben'], []]);
    expect(ana.notices).toEqual([expect.stringContaining('sent rules for this room that its owner did not sign')]);
    // Signed as a moderator, who they are not.
    await lock(ana);
    const act = await ben.core.rules.sign({ removed: [ana.core.dev], locked: true });
    await room.hears(ana, forAll(act));
    expect([names(ana), ana.seen().rules.removed]).toEqual([['ben'], []]);
  });

  it('go by the newest record: an older one undoes nothing', async () => {
    const room = await FakeRoom.create();
    const [ana, ben] = [await room.owner('ana'), await room.member('ben')];
    await lock(ana);
    await room.quiet();
    const [old] = ben.seen().rules.records;
    await ana.session.setRules(() => ({ do: 'unlock' }));
    await room.quiet();
    expect(ben.seen().rules.locked).toBe(false);
    await room.hears(ben, forAll(old as RoomRules));
    expect(ben.seen().rules.locked).toBe(false);
  });

  it('may be added to by a moderator, while the owner says that they are one', async () => {
    const { room, ana, ben } = await lockedRoom();
    const moderate = (device: DeviceId, on: boolean) => ana.session.setRules(() => ({ do: 'moderator', device, on }));
    await moderate(ben.core.dev, true);
    await room.quiet();
    await ana.session.leave();
    const cem = await room.member('cem');
    expect([ben.seen().knocks.map(({ name }) => name), doorOf(cem)]).toEqual([
      ['cem'],
      { at: 'locked', asked: 'moderator' },
    ]);
    await admit(ben, cem);
    await room.later(1_000);
    expect([names(ben), names(cem)]).toEqual([['cem'], ['ben']]);
    const again = await room.member('ana', ana.core);
    await room.later(1_000);
    expect(names(again)).toEqual(['ben', 'cem']);
  });
});
