import type { ComputerLeave, ComputerList } from '@parley/shared/model';
import { accept, type DeviceId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeTrack } from '../mesh/testing/fake-peers.ts';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import type { OwnMedia } from './call-membership.ts';
import { LISTS_RATE } from './session-policy.ts';
import { FakeCore, FakeRoom } from './testing/fake-room.ts';

function media(): OwnMedia {
  return { microphone: 'live', camera: false, screen: false, tracks: { ...NO_TRACKS, voice: fakeTrack('audio') } };
}

/** Ana on two computers, and Ben: each core knows whose the laptop is. */
async function household() {
  const room = await FakeRoom.create();
  const [desk, laptop, ben] = [
    await FakeCore.create('ana'),
    await FakeCore.create('ana'),
    await FakeCore.create('ben'),
  ];
  const list = {
    person: desk.dev,
    issuedAt: 1,
    computers: [{ device: laptop.dev, name: 'Laptop', askedAt: 1, consent: 'A'.repeat(86) }],
    sig: 'A'.repeat(86),
  } as ComputerList;
  for (const core of [desk, laptop, ben]) {
    core.persons.set(laptop.dev, desk.dev);
    core.answers['computers.in-room'] = ({ only }: { only?: DeviceId[] }) =>
      accept({ lists: core === ben || only?.includes(list.person) === false ? [] : [list], left: [] });
  }
  for (const core of [desk, laptop]) Object.assign(core, { person: desk.dev, computers: list });
  const learned: unknown[] = [];
  ben.answers['computers.learn'] = (input) => {
    learned.push(input);
    return accept({});
  };
  return { room, desk, laptop, ben, list, learned };
}

describe('the computers of one person in a room (H9)', () => {
  it('show whose they are with the confirm, and hand the lists on when a link opens', async () => {
    const { room, desk, laptop, ben, list, learned } = await household();
    const met: unknown[] = [];
    const meet = ben.persons;
    ben.answers['peers.meet'] = (input: { deviceId: typeof desk.dev; computers?: ComputerList }) => {
      met.push(input.computers);
      const person = meet.get(input.deviceId);
      return accept({ deviceId: input.deviceId, name: 'ana', standing: 'new', ...(person ? { person } : {}) });
    };
    const atBen = await room.member('ben', ben);
    await room.member('ana', desk);
    await room.member('ana', laptop);
    expect(met).toEqual([list, list]);
    expect(atBen.seen().participants.map(({ deviceId, person }) => [deviceId, person])).toEqual([
      [desk.dev, undefined],
      [laptop.dev, desk.dev],
    ]);
    expect(learned).toEqual([
      { lists: [list], left: [], by: desk.dev, roomId: room.keyring.roomId },
      { lists: [list], left: [], by: laptop.dev, roomId: room.keyring.roomId },
    ]);
  });

  it('say what was read to each other, and nobody else is believed', async () => {
    const { room, desk, laptop, ben } = await household();
    const seen: [string, number][] = [];
    for (const [name, core] of [
      ['desk', desk],
      ['laptop', laptop],
      ['ben', ben],
    ] as const) {
      core.answers['history.read-clock'] = () => accept({ clock: name === 'desk' ? 7 : 0 });
      core.answers['history.mark-seen-up-to'] = ({ clock }: { clock: number }) => {
        seen.push([name, clock]);
        return accept({ seen: 1 });
      };
    }
    await room.member('ana', laptop);
    const atBen = await room.member('ben', ben);
    const atDesk = await room.member('ana', desk);
    expect(seen).toEqual([['laptop', 7]]);
    await atDesk.session.markSeen({ from: null, upTo: null });
    await room.quiet();
    expect(seen).toEqual([
      ['laptop', 7],
      ['laptop', 7],
    ]);
    // To Ben they are somebody else's.
    await room.hears(atBen, [{ type: 'seen', clock: 99 }]);
    expect(seen).toHaveLength(2);
  });

  it('are in a call once: the computer that came last has it', async () => {
    const { room, desk, laptop, ben } = await household();
    const atBen = await room.member('ben', ben);
    const atDesk = await room.member('ana', desk);
    const atLaptop = await room.member('ana', laptop);
    atBen.session.joinCall(media());
    await room.quiet();
    expect(atLaptop.seen().ringing).not.toBeNull();
    const joined: unknown[] = [];
    laptop.answers['history.join-call'] = (input) => {
      joined.push(input);
      return accept({ changed: [] });
    };
    atDesk.session.joinCall(media());
    await room.quiet();
    // Not missed on the laptop either.
    expect(joined).toHaveLength(1);
    // Answered on the desk, so the laptop rings no more.
    expect(atLaptop.seen().ringing).toBeNull();
    atLaptop.session.joinCall(media());
    await room.quiet();
    expect([atDesk.seen().own, atLaptop.seen().own !== null]).toEqual([null, true]);
    expect(atDesk.notices.at(-1)).toContain('on another computer');
    expect(atBen.seen().participants.filter(({ call }) => call !== null)).toHaveLength(1);
    // Back on the desk: the laptop gives it up in turn.
    atDesk.session.joinCall(media());
    await room.quiet();
    expect([atDesk.seen().own !== null, atLaptop.seen().own]).toEqual([true, null]);
    expect(atBen.seen().own).not.toBeNull();
  });

  it('stop ringing where the call was declined on one', async () => {
    const { room, desk, laptop, ben } = await household();
    const atBen = await room.member('ben', ben);
    const atDesk = await room.member('ana', desk);
    const atLaptop = await room.member('ana', laptop);
    atBen.session.joinCall(media());
    await room.quiet();
    atDesk.session.declineCall();
    await room.quiet();
    expect([atDesk.seen().ringing, atLaptop.seen().ringing]).toEqual([null, null]);
  });

  it('tell each other their name and rooms when a link opens and when one changed, and nobody else does', async () => {
    const { room, desk, laptop } = await household();
    const profile = { username: 'ana', displayName: null };
    const heard: unknown[] = [];
    for (const core of [desk, laptop]) core.answers['computers.own'] = () => accept({ messages: [] });
    desk.answers['computers.own'] = () => accept({ messages: [{ profile, profileAt: 5, rooms: [] }] });
    laptop.answers['computers.take-own'] = (input) => {
      heard.push(input);
      return accept({});
    };
    const atLaptop = await room.member('ana', laptop);
    const atDesk = await room.member('ana', desk);
    expect(heard).toEqual([{ profile, profileAt: 5, rooms: [], by: desk.dev }]);
    expect(atDesk.session.tellOwnComputers()).toBe(true);
    await room.quiet();
    expect(heard).toHaveLength(2);
    await atDesk.session.leave();
    await room.quiet();
    const mallory = await room.member('mallory');
    expect(mallory.session.tellOwnComputers()).toBe(false);
    await room.hears(atLaptop, [{ type: 'own', profile, profileAt: 9, rooms: [] }]);
    expect(heard).toHaveLength(2);
  });

  it('are heard of at a pace: a member who says more changes nothing more, nor by coming anew', async () => {
    const { room, ben, list, learned } = await household();
    const atBen = await room.member('ben', ben);
    const core = await FakeCore.create('mallory');
    const mallory = await room.member('mallory', core);
    const flood = () =>
      room.hears(
        atBen,
        Array.from({ length: 40 }, () => ({ type: 'computers', lists: [list], left: [] }) as const),
      );
    await flood();
    expect(learned).toHaveLength(LISTS_RATE.burst);
    await mallory.session.leave();
    await room.quiet();
    await room.member('mallory', core);
    await flood();
    expect(learned).toHaveLength(LISTS_RATE.burst);
    await room.later(10_000);
    await room.hears(atBen, [{ type: 'computers', lists: [list], left: [] }]);
    expect(learned).toHaveLength(LISTS_RATE.burst + 1);
  });

  it('are said at a pace at which all of it is heard, however much there is', async () => {
    const { room, desk, ben, list } = await household();
    const people = await Promise.all(Array.from({ length: 300 }, () => FakeCore.create('somebody')));
    const lists = people.map(({ dev }) => ({ ...list, person: dev }));
    const left = people.map(({ dev }) => ({ device: dev, leftAt: 1, sig: list.sig }));
    desk.answers['computers.in-room'] = () => accept({ lists, left });
    const heard = { persons: new Set<DeviceId>(), left: new Set<DeviceId>() };
    ben.answers['computers.learn'] = (input: { lists: ComputerList[]; left: ComputerLeave[] }) => {
      for (const { person } of input.lists) heard.persons.add(person);
      for (const { device } of input.left) heard.left.add(device);
      return accept({});
    };
    await room.member('ben', ben);
    const atDesk = await room.member('ana', desk);
    expect(heard.persons.size).toBeLessThan(lists.length);
    for (let minute = 0; minute < 6; minute++) await room.later(60_000);
    expect([heard.persons.size, heard.left.size]).toEqual([lists.length, left.length]);
    await atDesk.session.leave();
    expect(atDesk.session.openResources).toEqual({ timers: 0, links: 0, listeners: 0 });
  });

  it('are told apart at once by the list that is here, before anybody was asked', async () => {
    const { room, desk, laptop, list } = await household();
    const heard: unknown[] = [];
    desk.answers['history.mark-seen-up-to'] = (input) => {
      heard.push(input);
      return accept({ seen: 0 });
    };
    desk.answers['computers.take-own'] = (input) => {
      heard.push(input);
      return accept({});
    };
    const atDesk = await room.member('ana', desk);
    await room.member('ana', laptop);
    const say = () =>
      room.hears(atDesk, [
        { type: 'seen', clock: 9 },
        { type: 'own', profile: { username: 'ana', displayName: null }, profileAt: 9, rooms: [] },
      ]);
    await say();
    expect(heard).toHaveLength(2);
    // The page has the list without the laptop; how the laptop stands was not asked yet.
    desk.computers = { ...list, computers: [] };
    await say();
    expect(heard).toHaveLength(2);
    expect(atDesk.session.tellOwnComputers()).toBe(false);
  });

  it('stand otherwise as soon as a list says so', async () => {
    const { room, desk, laptop, ben } = await household();
    ben.persons.clear();
    const atBen = await room.member('ben', ben);
    await room.member('ana', desk);
    await room.member('ana', laptop);
    const persons = () => atBen.seen().participants.map(({ person }) => person);
    expect(persons()).toEqual([undefined, undefined]);
    ben.persons.set(laptop.dev, desk.dev);
    atBen.session.refreshComputers({ persons: [desk.dev], devices: [desk.dev, laptop.dev] });
    await room.quiet();
    expect(persons()).toEqual([undefined, desk.dev]);
  });

  it('concern nobody else: only what changed is asked, and said', async () => {
    const { room, desk, laptop, ben, list, learned } = await household();
    const atDesk = await room.member('ana', desk);
    await room.member('ana', laptop);
    await room.member('ben', ben);
    const only: unknown[] = [];
    desk.answers['computers.in-room'] = (input: { only?: DeviceId[] }) => {
      only.push(input.only);
      return accept({ lists: input.only?.includes(desk.dev) ? [list] : [], left: [] });
    };
    const before = { asked: desk.asked.length, learned: learned.length };
    const stranger = (await FakeCore.create('stranger')).dev;
    atDesk.session.refreshComputers({ persons: [stranger], devices: [stranger] });
    await room.quiet();
    expect(desk.asked.slice(before.asked)).toEqual(['rooms.rules', 'computers.in-room']);
    expect(learned).toHaveLength(before.learned);
    atDesk.session.refreshComputers({ persons: [desk.dev], devices: [desk.dev, laptop.dev] });
    await room.quiet();
    expect(only).toEqual([[stranger], [desk.dev]]);
    expect(desk.asked.filter((name) => name === 'peers.meet')).toHaveLength(3);
    expect(learned).toHaveLength(before.learned + 1);
  });
});
