import { describe, expect, it } from 'vitest';
import { type FakeMember, FakeRoom, type FakeSeat } from './testing/fake-room.ts';

const names = (member: FakeMember) => member.seen().participants.map(({ name }) => name);
const apart = (member: FakeMember) =>
  member.seen().apart.map(({ name, seenBy }) => `${seenBy.toSorted().join('+')} sees ${name}`);

/** Ana, Ben and Dan are linked with each other; the server keeps boxes between Cleo, who comes last, and some of them back. */
async function split(kept: readonly ('ana' | 'ben' | 'dan')[]) {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  const dan = await room.member('dan');
  const seatOf = { ana: room.server.seats[0], ben: room.server.seats[1], dan: room.server.seats[2] };
  const isKept = (seat: FakeSeat) => kept.some((who) => seatOf[who] === seat);
  const isOld = (seat: FakeSeat) => Object.values(seatOf).includes(seat);
  room.server.tamper = (box, from, target) =>
    (isKept(from) && !isOld(target)) || (isKept(target) && !isOld(from)) ? null : box;
  const cleo = await room.member('cleo');
  const later = async (ms: number) => {
    for (let past = 0; past < ms; past += 1_000) await room.later(1_000);
  };
  return { room, ana, ben, dan, cleo, later };
}

describe('a room that the server keeps apart (C9)', () => {
  it('is told to both who cannot see each other, once, with those who see both', async () => {
    const { ana, ben, dan, cleo, later } = await split(['ana']);
    await later(15_000);
    expect([apart(ana), apart(cleo)]).toEqual([[], []]);
    await later(20_000);
    expect([apart(ana), apart(cleo)]).toEqual([['ben+dan sees cleo'], ['ben+dan sees ana']]);
    expect([apart(ben), apart(dan)]).toEqual([[], []]);
    await later(60_000);
    expect(cleo.notices).toHaveLength(1);
    expect(cleo.notices[0]).toContain('you cannot');
  });

  it('is told no more when the server stops', async () => {
    const { room, ana, cleo, later } = await split(['ana']);
    await later(35_000);
    expect(apart(cleo)).toHaveLength(1);
    room.server.tamper = (box) => box;
    await later(40_000);
    expect(names(cleo)).toContain('ana');
    expect([apart(ana), apart(cleo)]).toEqual([[], []]);
  });

  it('is not told while people come, leave, come back and are linked anew', async () => {
    const { room, ana, ben, dan, cleo, later } = await split([]);
    const all = [ana, ben, dan, cleo];
    room.net.alive[0]?.destroy();
    await later(10_000);
    await dan.session.leave();
    await later(30_000);
    await room.member('dan', dan.core);
    await later(30_000);
    room.server.goDown();
    room.net.alive[0]?.destroy();
    await later(40_000);
    await room.server.comeBack({ resumed: false });
    await later(40_000);
    expect(all.flatMap(({ notices }) => notices)).toEqual([]);
    expect(all.flatMap(apart)).toEqual([]);
  });

  it('is not told while one of the two has lost the server and cannot be met', async () => {
    const { room, ana, later } = await split([]);
    const [anaSeat] = room.server.seats;
    if (!anaSeat) throw new Error('no seat');
    room.server.drop(anaSeat);
    const eve = await room.member('eve');
    await later(60_000);
    expect([names(ana).includes('eve'), names(eve).length]).toEqual([false, 3]);
    expect([apart(ana), apart(eve), eve.notices]).toEqual([[], [], []]);
    room.server.resume(anaSeat);
    await later(40_000);
    expect([names(ana).includes('eve'), apart(ana), apart(eve)]).toEqual([true, [], []]);
  });

  it('is not told of somebody who is blocked, to neither of the two, and no list says so', async () => {
    const { room, ana, ben, cleo, later } = await split([]);
    ana.core.blocked.add(cleo.core.dev);
    ana.session.refreshBlocks();
    await later(60_000);
    expect(names(ana)).not.toContain('cleo');
    expect([apart(ana), apart(cleo), ana.notices, cleo.notices]).toEqual([[], [], [], []]);
    const lists = room.net.alive
      .filter(({ certificate }) => certificate === ana.certificate)
      .flatMap(({ sent }) => sent.findLast((text) => text.includes('"around"')) ?? []);
    expect(lists).toHaveLength(2);
    for (const list of lists) {
      expect(list).toContain(cleo.core.dev);
      expect(list).not.toContain('missesYou');
    }
    expect(names(ben)).toHaveLength(3);
  });

  it('is told of a few at most, however many one member makes up', async () => {
    const { room, ana, later } = await split([]);
    const [peer] = room.net.alive.filter(({ certificate }) => certificate === ana.certificate);
    for (let round = 0; round < 5; round++) {
      const stays = Array.from({ length: 50 }, (_, at) => String(round * 50 + at).padStart(3, '0'));
      const linked = stays.map((at) => ({
        device: `${at}${'Z'.repeat(39)}A`,
        sess: `${'Z'.repeat(21)}A`,
        name: `Nobody ${at}`,
        missesYou: true,
      }));
      peer?.hear(JSON.stringify({ type: 'around', linked, missing: [] }));
      await later(25_000);
    }
    expect(apart(ana)).toHaveLength(4);
    expect(ana.notices).toHaveLength(3);
  });

  it('is not told of somebody who does not miss this device', async () => {
    const { room, ana, ben, later } = await split([]);
    const device = `${'Z'.repeat(42)}A`;
    for (const peer of room.net.alive.filter(({ certificate }) => certificate === ana.certificate).slice(0, 1)) {
      const linked = [{ device, sess: `${'Z'.repeat(21)}A`, name: 'Nobody', missesYou: false }];
      peer.hear(JSON.stringify({ type: 'around', linked, missing: [] }));
    }
    await later(60_000);
    expect([apart(ana), apart(ben)]).toEqual([[], []]);
    await ana.session.leave();
    expect(ana.session.openResources.timers).toBe(0);
  });
});
