import {
  CallId,
  type LinkMessage,
  MessageId,
  ParticipantId,
  refuse,
  toBase64Url,
  unwrap,
} from '@parley/shared/protocol';
import { boxKindOf } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { fakeTrack } from '../mesh/testing/fake-peers.ts';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import { settled } from '../testing/fake-clock.ts';
import type { OwnMedia } from './call-membership.ts';
import { FakeCore, type FakeMember, FakeRoom } from './testing/fake-room.ts';

const names = (member: FakeMember) => member.seen().participants.map(({ name, link }) => `${name} ${link}`);

function media(): OwnMedia {
  return {
    microphone: 'live',
    camera: true,
    screen: false,
    tracks: { ...NO_TRACKS, voice: fakeTrack('audio'), camera: fakeTrack('video') },
  };
}

async function twoInARoom() {
  const room = await FakeRoom.create();
  const ana = await room.member('ana');
  const ben = await room.member('ben');
  return { room, ana, ben };
}

describe('room session', () => {
  it('links two members after hello and confirm, with the name from the sealed confirm', async () => {
    const { ana, ben } = await twoInARoom();
    expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    expect(ana.core.met.has(ben.core.dev)).toBe(true);
  });

  it('links everyone of a room of four with everyone', async () => {
    const { room, ana, ben } = await twoInARoom();
    const cleo = await room.member('cleo');
    const dan = await room.member('dan');
    for (const each of [ana, ben, cleo, dan]) {
      expect(each.seen().participants.map(({ link }) => link)).toEqual(['open', 'open', 'open']);
    }
  });

  it('shows the same short code on both sides', async () => {
    const { ana, ben } = await twoInARoom();
    const [seenByAna] = ana.seen().participants;
    const [seenByBen] = ben.seen().participants;
    expect(seenByAna?.safetyCode).toMatch(/^\d{4} \d{4}$/);
    expect(seenByBen?.safetyCode).toBe(seenByAna?.safetyCode);
  });

  describe('against a lying server (P2)', () => {
    it('does not list a participant that only the server names', async () => {
      const room = await FakeRoom.create();
      room.server.ghosts = [ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(7)))];
      const ana = await room.member('ana');
      const ghost = room.server.ghosts[0];
      if (ghost) room.server.seats[0]?.owner.hint('joined', ghost);
      await room.later(20_000);
      expect(ana.seen().participants).toEqual([]);
    });

    it('does not list someone whose hello is replayed without the keys behind it', async () => {
      const { room, ana, ben } = await twoInARoom();
      const hello = room.server.relayed.find(({ to }) => to === '*')?.box ?? '';
      await ana.session.leave();
      await ben.session.leave();
      const cleo = await room.member('cleo');
      room.server.seats.at(-1)?.deliver(ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(8))), true, hello);
      await room.quiet();
      await room.later(20_000);
      expect(cleo.seen().participants).toEqual([]);
    });

    it('lists nobody when boxes are swapped for older ones', async () => {
      const room = await FakeRoom.create();
      let first: string | undefined;
      room.server.tamper = (box) => {
        first ??= box;
        return first;
      };
      const ana = await room.member('ana');
      const ben = await room.member('ben');
      await room.later(20_000);
      expect([names(ana), names(ben)]).toEqual([[], []]);
    });

    it('lists nobody when a bit of each confirm is changed', async () => {
      const room = await FakeRoom.create();
      const flipped = (box: string) => `${box.slice(0, 60)}${box[60] === 'A' ? 'B' : 'A'}${box.slice(61)}`;
      room.server.tamper = (box) => (boxKindOf(box) === 'pair' ? flipped(box) : box);
      const ana = await room.member('ana');
      const ben = await room.member('ben');
      expect([names(ana), names(ben)]).toEqual([[], []]);
    });

    it.each(['hello', 'pair'] as const)('takes a newcomer in once it stops swapping: %s', async (kind) => {
      const { room, ana, ben } = await twoInARoom();
      const [anaSeat, benSeat] = room.server.seats;
      if (!anaSeat || !benSeat) throw new Error('no seats');
      // What is for one of the two reaches the other one; a hello to everybody reaches nobody.
      room.server.tamper = (box, from, target) => {
        if (boxKindOf(box) !== kind) return box;
        const other = target === anaSeat ? benSeat : target === benSeat ? anaSeat : undefined;
        if (kind === 'pair') other?.deliver(from.participantId, false, box);
        return null;
      };
      const cleo = await room.member('cleo');
      await room.later(20_000);
      expect([names(cleo), names(ana), names(ben)]).toEqual([[], ['ben open'], ['ana open']]);
      room.server.tamper = (box) => box;
      for (let second = 0; second < 30; second += 2) await room.later(2_000);
      expect(names(cleo).toSorted()).toEqual(['ana open', 'ben open']);
      expect(names(ana).toSorted()).toEqual(['ben open', 'cleo open']);
    });

    it('says only so much to people whom it makes up, and ever more seldom', async () => {
      const room = await FakeRoom.create();
      room.server.ghosts = Array.from({ length: 200 }, (_, index) =>
        ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(index))),
      );
      await room.member('ana');
      await room.later(3_000);
      expect(room.server.relayed.filter(({ to }) => to !== '*')).toHaveLength(64);
      await room.later(1_200_000);
      expect(room.server.relayed.filter(({ to }) => to !== '*')).toHaveLength(64 * 14);
    });

    it('keeps an open link when the server says that the other left', async () => {
      const { room, ana } = await twoInARoom();
      const [anaSeat, benSeat] = room.server.seats;
      if (anaSeat && benSeat) anaSeat.owner.hint('left', benSeat.participantId);
      await room.later(60_000);
      expect(names(ana)).toEqual(['ben open']);
    });

    it('opens no link to someone who does not hold the invite', async () => {
      const room = await FakeRoom.create();
      const other = await FakeRoom.create();
      const ana = await room.member('ana');
      const eve = await other.member('eve');
      const hello = other.server.relayed[0]?.box ?? '';
      room.server.seats[0]?.deliver(ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(9))), true, hello);
      await room.quiet();
      expect([ana.seen().participants, eve.seen().participants]).toEqual([[], []]);
    });
  });

  describe('with a member who makes up devices', () => {
    const asked = (member: FakeMember, name: string) => member.core.asked.filter((each) => each === name).length;

    it('lists one participant of a seat, however many confirm from it', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      const [anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      const rogue = await room.rogue();
      for (let i = 0; i < 20; i++) {
        const stay = await rogue.hello();
        rogue.say(anaSeat, stay);
        await room.quiet();
        await rogue.confirm(anaSeat, stay);
        await room.quiet();
      }
      expect(names(ana)).toEqual(['rogue opening']);
      expect(room.net.alive).toHaveLength(1);
      expect([asked(ana, 'identity.sign-confirm'), asked(ana, 'peers.meet')]).toEqual([4, 4]);
    });

    it('keeps the one whose link is open', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      room.server.sameSeat = ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(6)));
      await room.member('eve1');
      await room.member('eve2');
      await room.member('eve3');
      expect(names(ana)).toEqual(['eve1 open']);
      expect(ana.session.openResources.links).toBe(1);
    });

    it('lists no more than have a seat, and makes place when one of them has gone', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      const [anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      const rogues = await Promise.all(Array.from({ length: 20 }, () => room.rogue()));
      for (const rogue of rogues) {
        const stay = await rogue.hello();
        rogue.say(anaSeat, stay);
        await room.quiet();
        await rogue.confirm(anaSeat, stay);
      }
      await room.quiet();
      expect(ana.seen().participants).toHaveLength(16);
      const [first] = rogues;
      if (first) anaSeat.owner.hint('left', first.participantId);
      const ben = await room.member('ben');
      expect(names(ana)).toContain('ben open');
      expect(names(ben)).toEqual(['ana open']);
      expect(ana.seen().participants).toHaveLength(16);
    });

    it('stays in its call when eight come later and say that they were first', async () => {
      const room = await FakeRoom.create();
      const ben = await room.member('ben');
      const ana = await room.member('ana');
      for (let i = 0; i < 7; i++) await room.member(`eve${i}`);
      ben.session.joinCall(media());
      await room.quiet();
      ana.session.joinCall(media());
      await room.quiet();
      ben.session.leaveCall();
      await room.later(10_000);
      const call = ana.seen().own;
      for (const peer of room.net.alive) {
        peer.hear(
          JSON.stringify({
            type: 'presence',
            profile: { username: 'eve', displayName: null },
            room: null,
            call: {
              callId: call?.callId,
              startedAt: call?.startedAt,
              ranMs: 0,
              turn: 1,
              microphone: 'off',
              camera: false,
              screen: false,
              hand: false,
            },
          }),
        );
      }
      await room.quiet();
      expect(ana.seen().call?.deviceIds).toHaveLength(9);
      expect(ana.seen().own).toMatchObject({ callId: call?.callId });
      expect(ana.notices).toEqual([]);
    });
  });

  describe('with a member who reuses the `sess` of another', () => {
    /** Ana hears a hello with Ben's `sess` before his own. */
    async function withStolenSess() {
      const room = await FakeRoom.create();
      const ben = await room.member('ben');
      const [benSeat] = room.server.seats;
      if (!benSeat) throw new Error('no seat');
      const rogue = await room.rogue();
      const { sess } = await rogue.helloOf(benSeat);
      const stolen = await rogue.hello(sess);
      const held: (() => void)[] = [];
      room.server.tamper = (box, from, target) => {
        if (from !== benSeat) return box;
        held.push(() => target.deliver(from.participantId, false, box));
        return null;
      };
      const ana = await room.member('ana');
      const [, anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      const letThrough = async () => {
        room.server.tamper = (box) => box;
        for (const deliver of held) deliver();
        await room.quiet();
      };
      return { room, ana, ben, anaSeat, rogue, stolen, letThrough };
    }

    it('meets the one it was taken from', async () => {
      const { room, ana, ben, anaSeat, rogue, stolen, letThrough } = await withStolenSess();
      rogue.say(anaSeat, stolen);
      await room.quiet();
      await letThrough();
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });

    it('meets them also after a confirm and a goodbye in that stay', async () => {
      const { room, ana, ben, anaSeat, rogue, stolen, letThrough } = await withStolenSess();
      rogue.say(anaSeat, stolen);
      await room.quiet();
      const session = await rogue.confirm(anaSeat, stolen);
      await room.quiet();
      expect(names(ana)).toEqual(['rogue opening']);
      anaSeat.deliver(rogue.participantId, false, await session.seal({ type: 'bye' }));
      await room.quiet();
      expect(names(ana)).toEqual([]);
      await letThrough();
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });

    it('lists both when both confirm', async () => {
      const { room, ana, anaSeat, rogue, stolen, letThrough } = await withStolenSess();
      rogue.say(anaSeat, stolen);
      await room.quiet();
      await rogue.confirm(anaSeat, stolen);
      await letThrough();
      expect(names(ana)).toEqual(['rogue opening', 'ben open']);
      expect(new Set(ana.seen().participants.map(({ sess }) => sess)).size).toBe(2);
    });

    it('refuses a hello with its own `sess`', async () => {
      const { room, ana } = await twoInARoom();
      const [anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      const rogue = await room.rogue();
      rogue.say(anaSeat, await rogue.hello((await rogue.helloOf(anaSeat)).sess));
      await room.later(20_000);
      expect(names(ana)).toEqual(['ben open']);
    });
  });

  it('connects anew, and nobody is lost, when the person hides their address (C9)', async () => {
    const { room, ana, ben } = await twoInARoom();
    const before = room.net.alive;
    ana.session.renewLinks();
    await room.later(1_000);
    expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    expect(before.every(({ destroyed }) => destroyed)).toBe(true);
  });

  describe('without the server', () => {
    it('keeps links and chat while the server is gone (P8)', async () => {
      const { room, ana, ben } = await twoInARoom();
      room.server.goDown();
      await room.later(60_000);
      expect(ana.seen().connection.at).toBe('reconnecting');
      await ana.session.send({ kind: 'text', text: 'still here', of: null }, () => {});
      await room.later(200);
      expect(ben.core.texts()).toEqual(['still here']);
      expect(names(ana)).toEqual(['ben open']);
    });

    it.each([true, false])('goes on with the same links when the server is back (seats kept: %s)', async (resumed) => {
      const { room, ana, ben } = await twoInARoom();
      room.server.goDown();
      await room.later(40_000);
      await room.server.comeBack({ resumed });
      await room.later(20_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
      expect(room.net.alive).toHaveLength(2);
    });

    it('finds each other again after new seats, even when the link broke meanwhile', async () => {
      const { room, ana, ben } = await twoInARoom();
      room.server.goDown();
      room.net.alive[0]?.destroy();
      await room.later(12_000);
      expect(names(ana)).toEqual(['ben opening']);
      await room.server.comeBack({ resumed: false });
      await room.later(20_000);
      await room.later(20_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });
  });

  describe('with a confirm that got lost', () => {
    /** Ana comes into Ben's room; his socket goes when her confirm is on its way. */
    async function oneConfirmed() {
      const room = await FakeRoom.create();
      const ben = await room.member('ben');
      const [benSeat] = room.server.seats;
      if (!benSeat) throw new Error('no seat');
      room.server.tamper = (box, _from, target) => {
        if (target !== benSeat || boxKindOf(box) !== 'pair') return box;
        room.server.tamper = (each) => each;
        room.server.drop(benSeat);
        return null;
      };
      const ana = await room.member('ana');
      const [, anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      expect([names(ana), names(ben)]).toEqual([['ben opening'], []]);
      return { room, ana, ben, anaSeat, benSeat };
    }

    it.each([100, 5_000, 20_000, 300_000])('links both when the one it was for is back after %i ms', async (awayMs) => {
      const { room, ana, ben, benSeat } = await oneConfirmed();
      await room.later(awayMs);
      room.server.resume(benSeat);
      await room.quiet();
      await room.later(1_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });

    it.each([100, 20_000])('links both when the other one is the last to be back, after %i ms', async (awayMs) => {
      const { room, ana, ben, anaSeat, benSeat } = await oneConfirmed();
      room.server.drop(anaSeat);
      await room.later(awayMs);
      room.server.resume(benSeat);
      await room.quiet();
      room.server.resume(anaSeat);
      await room.quiet();
      await room.later(1_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });

    it('links both when somebody repeats the hello of the one who comes', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      const [anaSeat] = room.server.seats;
      const rogue = await room.rogue();
      room.server.tamper = (box, from, target) => {
        if (target !== anaSeat || from === anaSeat || boxKindOf(box) !== 'hello') return box;
        target.deliver(rogue.participantId, true, box);
        queueMicrotask(() => target.deliver(rogue.participantId, true, box));
        return box;
      };
      const ben = await room.member('ben');
      await room.later(1_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });

    it('takes one that was only late', async () => {
      const room = await FakeRoom.create();
      const ben = await room.member('ben');
      const late: (() => void)[] = [];
      room.server.tamper = (box, from, target) => {
        if (target !== room.server.seats[0] || boxKindOf(box) !== 'pair') return box;
        late.push(() => target.deliver(from.participantId, false, box));
        return null;
      };
      const ana = await room.member('ana');
      await room.later(15_000);
      expect(names(ben)).toEqual([]);
      room.server.tamper = (box) => box;
      for (const deliver of late) deliver();
      await room.quiet();
      await room.later(60_000);
      expect([names(ana), names(ben)]).toEqual([['ben open'], ['ana open']]);
    });
  });

  it('takes a device that came back with a new stay for the one participant it is', async () => {
    const { room, ana, ben } = await twoInARoom();
    await room.later(1_000);
    const again = await room.member('ben', ben.core);
    expect(names(ana)).toEqual(['ben open']);
    expect(names(again)).toEqual(['ana open']);
  });

  it('removes who said goodbye at once', async () => {
    const { room, ana, ben } = await twoInARoom();
    await ben.session.leave();
    await room.quiet();
    expect(ana.seen().participants).toEqual([]);
  });

  describe('with a member who says far too much', () => {
    const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
    const asked = (member: FakeMember, name: string) => member.core.asked.filter((each) => each === name).length;
    const typing: LinkMessage = { type: 'typing' };
    const presence = (username: string): LinkMessage => ({
      type: 'presence',
      profile: { username, displayName: null },
      call: null,
    });

    it('closes the link, and says why', async () => {
      const { room, ana } = await twoInARoom();
      await room.hears(
        ana,
        times(600, () => typing),
      );
      expect(names(ana)).toEqual(['ben open']);
      await room.hears(
        ana,
        times(700, () => typing),
      );
      expect([names(ana), ana.session.openResources.links]).toEqual([[], 0]);
      expect(ana.notices).toEqual(['ben sent far more than Parley ever does. The connection was closed.']);
    });

    it('notes receipts one after the other', async () => {
      const { room, ana } = await twoInARoom();
      let done = () => {};
      ana.core.answers['history.mark'] = () =>
        new Promise((resolve) => {
          done = () => resolve({ ok: true, value: { changed: [] } });
        });
      const id = MessageId.parse(toBase64Url(new Uint8Array(16)));
      await room.hears(
        ana,
        times(50, () => ({ type: 'receipt', delivered: [id], read: [] })),
      );
      expect(asked(ana, 'history.mark')).toBe(1);
      done();
      await room.quiet();
      expect(asked(ana, 'history.mark')).toBe(2);
    });

    it('asks for what it missed when more came than can wait', async () => {
      const { room, ana } = await twoInARoom();
      const before = asked(ana, 'history.heads');
      const id = MessageId.parse(toBase64Url(new Uint8Array(16)));
      await room.hears(
        ana,
        times(300, () => ({ type: 'receipt', delivered: [id], read: [] })),
      );
      expect(asked(ana, 'history.mark')).toBeLessThanOrEqual(60);
      for (let second = 0; second < 5; second++) await room.later(1_000);
      expect(asked(ana, 'history.mark')).toBeLessThan(200);
      expect(asked(ana, 'history.heads')).toBe(before + 1);
    });

    it('writes names at a pace, and the last one in the end', async () => {
      const { room, ana } = await twoInARoom();
      const meetings = asked(ana, 'peers.meet');
      await room.hears(
        ana,
        times(100, (i) => presence(`ben${i}`)),
      );
      expect(asked(ana, 'peers.meet') - meetings).toBeLessThanOrEqual(3);
      await room.later(5_000);
      expect(names(ana)).toEqual(['ben99 open']);
    });

    it('says what changed about itself at a pace, and the last of it in the end', async () => {
      const { room, ana } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      const said = () => {
        const own = room.net.all.filter(({ certificate }) => certificate === ana.certificate);
        return own.flatMap(({ sent }) => sent).filter((text) => text.includes('"presence"'));
      };
      const before = said().length;
      for (let i = 0; i < 100; i++) {
        ana.session.setHand(i % 2 === 0);
        await Promise.resolve();
      }
      ana.session.setHand(true);
      await room.quiet();
      expect(said().length - before).toBeLessThanOrEqual(20);
      await room.later(100);
      expect(said().at(-1)).toContain('"hand":true');
    });

    it('hears one no to a call', async () => {
      const { room, ana } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      const callId = ana.seen().own?.callId ?? CallId.parse(toBase64Url(new Uint8Array(16)));
      await room.hears(
        ana,
        times(20, () => ({ type: 'decline', callId })),
      );
      expect(ana.notices).toEqual(['ben declined the call.']);
    });

    it('asks the core seldom about someone who confirms again and again', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      ana.core.answers['peers.meet'] = () => refuse('disk-full');
      const [anaSeat] = room.server.seats;
      if (!anaSeat) throw new Error('no seat');
      const rogue = await room.rogue();
      const stay = await rogue.hello();
      rogue.say(anaSeat, stay);
      await room.quiet();
      const session = await rogue.confirm(anaSeat, stay);
      const { sig } = await rogue.signed(stay, session);
      for (let i = 0; i < 50; i++) {
        const confirm = { type: 'confirm', sig, profile: { username: `rogue${i}`, displayName: null } } as const;
        anaSeat.deliver(rogue.participantId, false, await session.seal(confirm));
      }
      await room.quiet();
      expect(asked(ana, 'peers.meet')).toBe(9);
    });

    it('takes everything of a busy call', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      ben.session.joinCall(media());
      await room.quiet();
      const texts: string[] = [];
      for (let tenth = 0; tenth < 300; tenth++) {
        if (tenth % 5 === 0) {
          texts.push(`message ${tenth}`);
          await ana.session.send({ kind: 'text', text: `message ${tenth}`, of: null }, () => {});
        }
        ana.session.setHand(tenth % 2 === 0);
        ana.session.typing();
        room.clock.advance(100);
        await settled(1);
      }
      await room.later(1_000);
      expect(ben.core.texts()).toEqual(texts);
      expect(new Set(ana.core.items().map(({ state }) => state))).toEqual(new Set(['delivered']));
      expect([names(ana), names(ben), ana.notices, ben.notices]).toEqual([['ben open'], ['ana open'], [], []]);
    });
  });

  it.each([1, 2 ** 33])('asks for fresh relay credentials with measure when they last %i ms', async (expiresInMs) => {
    const room = await FakeRoom.create();
    room.server.ice = { iceServers: [], expiresInMs };
    room.net.connects = false;
    await room.member('ana');
    await room.member('ben');
    for (let second = 0; second < 60; second++) await room.later(1_000);
    expect(room.server.iceAsked).toBeLessThanOrEqual(4);
  });

  it('leaves at once while the server is silent, and tells the others by the links', async () => {
    const { room, ana, ben } = await twoInARoom();
    room.server.silent = true;
    let left = false;
    const leaving = ana.session.leave().then(() => {
      left = true;
    });
    await room.quiet();
    expect([left, ben.seen().participants]).toEqual([false, []]);
    await room.later(room.policy.byeMs);
    expect(ana.session.openResources.links).toBe(0);
    await room.later(room.policy.byeMs);
    await leaving;
    expect(ana.session.openResources).toEqual({ timers: 0, links: 0, listeners: 0 });
  });

  it('leaves nothing running', async () => {
    const { room, ana, ben } = await twoInARoom();
    ana.session.joinCall(media());
    ben.session.joinCall(media());
    await ana.session.send({ kind: 'text', text: 'bye', of: null }, () => {});
    await room.quiet();
    await ana.session.leave();
    await ben.session.leave();
    await room.quiet();
    const nothing = { timers: 0, links: 0, listeners: 0 };
    expect([ana.session.openResources, ben.session.openResources, room.clock.pending]).toEqual([nothing, nothing, 0]);
    expect(room.net.alive).toEqual([]);
  });

  describe('call', () => {
    it('rings at the others, and media flows only between those who are in it', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      expect(ben.seen().ringing).toMatchObject({ from: 'ana' });
      expect(room.net.alive.flatMap((peer) => [...peer.tracks])).toEqual([]);
      const joined = ben.session.joinCall(media());
      await room.quiet();
      expect(joined).toMatchObject({ ok: true, value: { callId: ana.seen().own?.callId } });
      expect(ben.seen().ringing).toBe(null);
      expect(room.net.alive.map((peer) => peer.tracks.size)).toEqual([2, 2]);
      expect(ben.seen().participants[0]?.cameraStream).not.toBe(null);
      expect(ana.seen().call?.deviceIds).toHaveLength(2);
    });

    it('stops ringing when it is declined, and says so to who called', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      ben.session.declineCall();
      await room.quiet();
      expect(ben.seen().ringing).toBe(null);
      expect(ana.notices).toEqual(['ben declined the call.']);
    });

    it('stops ringing after a while by itself', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      await room.later(45_000);
      expect(ben.seen()).toMatchObject({ ringing: null, call: { callId: ana.seen().own?.callId } });
    });

    it('does not ring for a call that ran long before this device came', async () => {
      const { room, ana } = await twoInARoom();
      ana.session.joinCall(media());
      await room.later(120_000);
      const cleo = await room.member('cleo');
      expect(cleo.seen()).toMatchObject({ ringing: null, call: { callId: ana.seen().own?.callId } });
    });

    it('makes one call of two that start at the same moment', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      ben.session.joinCall(media());
      await room.quiet();
      expect(ana.seen().own?.callId).toBe(ben.seen().own?.callId);
      expect(room.net.alive.map((peer) => peer.tracks.size)).toEqual([2, 2]);
    });

    it('sends nothing any more to those who left the call', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      ben.session.joinCall(media());
      await room.quiet();
      ben.session.leaveCall();
      await room.quiet();
      const live = room.net.alive.flatMap((peer) => [...peer.tracks.values()].filter((track) => track !== null));
      expect(live).toEqual([]);
      expect(ana.seen().call?.deviceIds).toEqual([ana.core.dev]);
    });

    it('is noted in the history by who started it, joined it and left it (H4)', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      await room.quiet();
      await room.later(5_000);
      const callId = ana.seen().own?.callId;
      ben.session.joinCall(media());
      await room.later(60_000);
      ana.session.leaveCall();
      await room.later(1_000);
      // A wrong wall clock makes it no longer: both heard it begin.
      room.clock.setWall(3_600_000);
      ben.session.leaveCall();
      await room.quiet();
      const started = { kind: 'call', callId, of: null };
      const left = (lengthMs: number) => ({ kind: 'hangup', callId, lengthMs });
      expect([ana.core.noted, ben.core.noted]).toEqual([[started, left(65_000)], [left(66_000)]]);
      expect([ana.core.joinedCalls, ben.core.joinedCalls]).toEqual([[callId], [callId]]);
    });

    it('is missed by nobody who was in one of two that became one', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      ben.session.joinCall(media());
      await room.quiet();
      const [first] = ana.core.noted;
      const [second] = ben.core.noted;
      const both = new Set([first?.callId, second?.callId]);
      expect(both.size).toBe(2);
      for (const { core } of [ana, ben]) expect(new Set(core.joinedCalls)).toEqual(both);
    });

    it('refuses the ninth', async () => {
      const room = await FakeRoom.create();
      const members: FakeMember[] = [];
      for (let i = 0; i < 9; i++) members.push(await room.member(`member${i}`));
      const outcomes = [];
      for (const member of members) {
        outcomes.push(member.session.joinCall(media()).ok);
        await room.quiet();
      }
      expect(outcomes).toEqual([true, true, true, true, true, true, true, true, false]);
    });

    it('lets one of two go who both came in as the eighth at the same moment', async () => {
      const room = await FakeRoom.create();
      const members: FakeMember[] = [];
      for (let i = 0; i < 9; i++) members.push(await room.member(`member${i}`));
      for (const member of members.slice(0, 7)) {
        member.session.joinCall(media());
        await room.quiet();
      }
      const last = members.slice(7).map((member) => member.session.joinCall(media()).ok);
      expect(last).toEqual([true, true]);
      await room.later(100);
      const inCall = members.filter((member) => member.seen().own !== null);
      expect(inCall).toHaveLength(8);
      expect(members.slice(0, 7).every((member) => inCall.includes(member))).toBe(true);
      for (const member of inCall) expect(member.seen().call?.deviceIds).toHaveLength(8);
      const out = members.find((member) => !inCall.includes(member));
      expect(out?.notices.join()).toContain('at most 8');
    });

    it('goes on without the server', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.joinCall(media());
      room.server.goDown();
      ben.session.joinCall(media());
      await room.later(60_000);
      expect(ana.seen().call?.deviceIds).toHaveLength(2);
      expect(room.net.alive.map((peer) => peer.tracks.size)).toEqual([2, 2]);
    });

    it('sends no media to a device that took over a known name until it is verified', async () => {
      const room = await FakeRoom.create();
      const core = await FakeCore.create('ana');
      core.standing = 'changed';
      const ana = await room.member('ana', core);
      const ben = await room.member('ben');
      ana.session.joinCall(media());
      ben.session.joinCall(media());
      await room.quiet();
      const sending = () => room.net.alive.map((peer) => peer.tracks.size).sort((a, b) => a - b);
      expect(sending()).toEqual([0, 2]);
      ana.session.setStanding(ben.core.dev, 'verified');
      await room.quiet();
      expect(sending()).toEqual([2, 2]);
    });

    it('neither shows nor rings a device that took over a known name until the person decided (C9)', async () => {
      const room = await FakeRoom.create();
      const core = await FakeCore.create('ana');
      core.standing = 'changed';
      const ana = await room.member('ana', core);
      const ben = await room.member('ben');
      ben.session.joinCall(media());
      await room.quiet();
      expect(ana.seen().ringing).toBeNull();
      ana.session.joinCall(media());
      await room.quiet();
      const shown = () =>
        ana.seen().participants.map(({ cameraStream, call }) => [cameraStream !== null, call?.camera]);
      expect(shown()).toEqual([[false, true]]);
      ana.session.setStanding(ben.core.dev, 'pinned');
      await room.quiet();
      expect(shown()).toEqual([[true, true]]);
      ana.session.leaveCall();
    });
  });

  it('says when someone who is here takes a name that is known with another device', async () => {
    const { room, ana, ben } = await twoInARoom();
    const rename = async (displayName: string) => {
      ben.core.profile = { username: 'ben', displayName };
      ben.session.refreshPresence();
      await room.quiet();
    };
    await rename('Benedikt');
    expect(ana.notices).toEqual([]);
    ana.core.standing = 'changed';
    await rename('Cleo');
    expect(ana.seen().participants[0]?.standing).toBe('changed');
    expect(ana.notices).toEqual([
      'Cleo was known with another device. Compare the safety code: camera and voice wait for it.',
    ]);
    // It is said once, not with every further name.
    await rename('Dan');
    expect(ana.notices).toHaveLength(1);
  });

  describe('chat', () => {
    it('is queued, sent, delivered and read', async () => {
      const { room, ana, ben } = await twoInARoom();
      const states: string[] = [];
      const sent = await ana.session.send({ kind: 'text', text: 'hello', of: null }, ({ state }) => states.push(state));
      await room.quiet();
      await room.later(100);
      if (sent.ok) await ben.session.markSeen({ from: sent.value, upTo: sent.value });
      await room.later(100);
      states.push(...ana.delivery.map(({ state }) => state));
      expect(states).toEqual(['queued', 'sent', 'delivered', 'read']);
      expect(ben.recorded.map(({ text }) => text)).toEqual(['hello']);
    });

    it('catches up in order on what was written while it was away, in several batches', async () => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      for (let i = 1; i <= 8; i++) await ana.session.send({ kind: 'text', text: `message ${i}`, of: null }, () => {});
      expect(ana.core.items().map(({ state }) => state)).toEqual(Array(8).fill('queued'));
      const ben = await room.member('ben');
      await room.later(100);
      expect(ben.core.texts()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `message ${i}`));
      expect(ana.core.items().map(({ state }) => state)).toEqual(Array(8).fill('delivered'));
    });

    it('hands on what an absent member wrote', async () => {
      const { room, ana, ben } = await twoInARoom();
      await ana.session.send({ kind: 'text', text: 'from ana', of: null }, () => {});
      await room.later(100);
      await ana.session.leave();
      const cleo = await room.member('cleo');
      await room.later(100);
      expect(cleo.core.texts()).toEqual(['from ana']);
      expect(ben.core.texts()).toEqual(['from ana']);
    });

    it('takes no live message in someone else’s name', async () => {
      const { room, ana, ben } = await twoInARoom();
      const cleo = await room.member('cleo');
      await ana.session.send({ kind: 'text', text: 'from ana', of: null }, () => {});
      await room.quiet();
      const message = ana.core.history[0]?.message;
      const toCleo = room.net.alive.find((peer) => peer.sent.some((text) => text.includes('from ana')));
      expect(message && toCleo).toBeDefined();
      const before = cleo.core.texts().length;
      for (const peer of room.net.alive) {
        peer.hear(
          JSON.stringify({ type: 'chat', message: { ...message, body: { salt: 'A'.repeat(22), text: 'changed' } } }),
        );
      }
      await room.quiet();
      expect(cleo.core.texts()).toHaveLength(before);
      expect(ben.core.texts()).toEqual(['from ana']);
    });

    it('refuses a live message that its author signed and another member relays', async () => {
      const { room, ana, ben } = await twoInARoom();
      const cleo = await room.member('cleo');
      const id = MessageId.parse(toBase64Url(new Uint8Array(16).fill(9)));
      const written = await ana.core
        .bridge()
        .call('history.compose', { id, roomId: room.keyring.roomId, content: { kind: 'text', text: 'hello' } });
      const message = unwrap(written).entry;
      const linkTo = (far: FakeMember) =>
        room.net.alive.find(
          (peer) => peer.certificate === cleo.certificate && peer.far?.certificate === far.certificate,
        );
      linkTo(ben)?.hear(JSON.stringify({ type: 'chat', message }));
      await room.quiet();
      expect(cleo.core.texts()).toEqual([]);
      linkTo(ana)?.hear(JSON.stringify({ type: 'chat', message }));
      await room.quiet();
      expect(cleo.core.texts()).toEqual(['hello']);
    });

    it('gives its seat back when it leaves', async () => {
      const { room, ana, ben } = await twoInARoom();
      await ana.session.leave();
      expect(room.server.seats.map(({ over }) => over)).toEqual([true, false]);
      expect(ben.session.now.connection).toEqual({ at: 'online' });
    });

    it('holds spam back at the sender and drops it at the receiver', async () => {
      const { room, ana, ben } = await twoInARoom();
      const codes: (string | true)[] = [];
      for (let i = 0; i < 6; i++) {
        const outcome = await ana.session.send({ kind: 'text', text: 'again', of: null }, () => {});
        codes.push(outcome.ok || outcome.code);
      }
      await room.quiet();
      expect(codes).toEqual([true, true, true, true, true, 'message-spam']);
      expect(ben.core.texts()).toHaveLength(5);
      await room.later(10_000);
      expect(await ana.session.send({ kind: 'text', text: 'again', of: null }, () => {})).toMatchObject({ ok: true });
    });

    it('learns from what a device holds that a lost receipt meant delivered', async () => {
      const { room, ana, ben } = await twoInARoom();
      await ana.session.send({ kind: 'text', text: 'hello', of: null }, () => {});
      await room.quiet();
      expect(ben.core.texts()).toEqual(['hello']);
      // Ben's app ends before its receipt goes out, and starts anew on the same disk.
      await ben.session.leave();
      expect(ana.core.items().map(({ state }) => state)).toEqual(['sent']);
      await room.member('ben', ben.core);
      await room.later(100);
      expect(ana.core.items().map(({ state, deliveredTo }) => [state, deliveredTo])).toEqual([['delivered', 1]]);
      expect(ana.delivery.at(-1)?.state).toBe('delivered');
    });

    it('does not acknowledge what its disk did not take', async () => {
      const { room, ana, ben } = await twoInARoom();
      ben.core.answers['history.record'] = () => ({ ok: false, code: 'disk-full', message: 'The disk is full.' });
      await ana.session.send({ kind: 'text', text: 'hello', of: null }, () => {});
      await room.later(1_000);
      expect(ana.core.items().map(({ state }) => state)).toEqual(['sent']);
      expect(ben.notices).toEqual(['The disk is full.']);
    });

    it('says in plain words who handed on a message that its author did not sign, once (H6)', async () => {
      const { room, ana, ben } = await twoInARoom();
      const nothing = { stored: [], fresh: [], changed: [], gained: 0, failed: null };
      ben.core.answers['history.record'] = () => ({ ok: true, value: { ...nothing, refused: 1, forged: 1 } });
      for (const text of ['hello', 'again']) await ana.session.send({ kind: 'text', text, of: null }, () => {});
      await room.later(1_000);
      expect(ben.notices).toEqual(['ana handed on a message that its author did not sign. It was not taken.']);
    });

    it('shows typing for a while', async () => {
      const { room, ana, ben } = await twoInARoom();
      ana.session.typing();
      await room.quiet();
      expect(ben.seen().participants[0]?.typing).toBe(true);
      await room.later(5_000);
      expect(ben.seen().participants[0]?.typing).toBe(false);
    });

    it.each([-3_600_000, 86_400_000])(
      'shows typing and receipts in time when the clock is set by %i ms',
      async (byMs) => {
        const { room, ana, ben } = await twoInARoom();
        ana.session.typing();
        await room.quiet();
        await room.later(2_500);
        room.clock.setWall(byMs);
        ana.session.typing();
        await room.quiet();
        await room.later(2_600);
        expect(ben.seen().participants[0]?.typing).toBe(true);
        await room.later(2_500);
        expect(ben.seen().participants[0]?.typing).toBe(false);
        await ana.session.send({ kind: 'text', text: 'hello', of: null }, () => {});
        await room.quiet();
        room.clock.setWall(-byMs);
        await room.later(1_000);
        expect(ana.core.items().map(({ state }) => state)).toEqual(['delivered']);
      },
    );
  });
});
