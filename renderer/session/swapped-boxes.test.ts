import { boxKindOf } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { type FakeMember, FakeRoom, type FakeSeat } from './testing/fake-room.ts';

const names = (member: FakeMember) =>
  member
    .seen()
    .participants.map(({ name, link }) => `${name} ${link}`)
    .toSorted();

const LIES = ['to the other', 'as the other', 'both', 'each as the first'] as const;
const KINDS = ['hello', 'pair', 'all'] as const;
const LONG_MS = [0, 30_000] as const;
const CASES = LIES.flatMap((lie) => KINDS.flatMap((kind) => LONG_MS.map((ms) => [lie, kind, ms] as const)));

/** Swaps what two people are sent, what they are said to send, or both. */
function swap(
  room: FakeRoom,
  [first, second]: readonly [FakeSeat, FakeSeat],
  lie: (typeof LIES)[number],
  kind: string,
): void {
  const otherOf = (seat: FakeSeat) => (seat === first ? second : seat === second ? first : undefined);
  room.server.tamper = (box, from, target) => {
    if (kind !== 'all' && boxKindOf(box) !== kind) return box;
    const to = lie === 'to the other' || lie === 'both' ? (otherOf(target) ?? target) : target;
    const named =
      lie === 'to the other'
        ? from
        : lie === 'each as the first'
          ? otherOf(from)
            ? first
            : from
          : (otherOf(from) ?? from);
    to.deliver(named.participantId, boxKindOf(box) === 'hello' && from !== first && from !== second, box);
    return null;
  };
}

describe('a server that swaps the boxes of two people for a while (C9, P2)', () => {
  it.each(CASES)(
    '%s, boxes: %s, for %i ms: sends nothing astray, and everybody is in a minute later',
    async (lie, kind, ms) => {
      const room = await FakeRoom.create();
      const ana = await room.member('ana');
      const ben = await room.member('ben');
      const [anaSeat, benSeat] = room.server.seats;
      if (!anaSeat || !benSeat) throw new Error('no seats');
      swap(room, [anaSeat, benSeat], lie, kind);
      const cleo = await room.member('cleo');
      for (let past = 0; past < ms; past += 2_000) await room.later(2_000);
      room.server.tamper = (box) => box;
      for (let past = 0; past < 60_000; past += 2_000) await room.later(2_000);
      expect({ cleo: names(cleo), ana: names(ana), ben: names(ben) }).toEqual({
        cleo: ['ana open', 'ben open'],
        ana: ['ben open', 'cleo open'],
        ben: ['ana open', 'cleo open'],
      });
    },
  );
});
