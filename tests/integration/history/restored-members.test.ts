import { randomInt } from 'node:crypto';
import { messageKey } from '@parley/shared/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeStep } from './member-steps.ts';
import { emptyHistory, memberKeys, SimulatedRoom } from './simulated-members.ts';

const empty = emptyHistory();
const keys = memberKeys(3);
const member = fc.nat(2);

/** The things that happen to members of a room, in any order. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('write' as const), who: member }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('offer file' as const), who: member }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('call' as const), who: member }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('rename' as const), who: member }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('hang up' as const),
      who: member,
      which: fc.nat(5),
      lengthMs: fc.nat(9_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('edit' as const), who: member, which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), who: member, which: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('react' as const),
      who: member,
      which: fc.nat(20),
      emoji: fc.constantFrom('👍', '🎉'),
      on: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('link' as const), who: member, other: member }) },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('deliver' as const),
      count: fc.integer({ min: 1, max: 12 }),
      choice: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cut' as const), who: member, other: member }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('copy' as const), who: member }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('restore' as const), who: member, copy: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('forget' as const), who: member, words: fc.integer({ min: 1, max: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), who: member }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('set clock' as const),
      who: member,
      aheadMs: fc.constantFrom(-86_400_000, -3_600_000, 0, 3_600_000, 86_400_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(100, 5_000, 120_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function happen(room: SimulatedRoom, steps: readonly Step[]): Promise<void> {
  const copies = room.members.map((each) => [each.copy()]);
  let written = 0;
  for (const step of steps) {
    switch (step.does) {
      case 'write':
        await room.member(step.who).write(`word ${++written}`);
        break;
      case 'offer file':
        await room.member(step.who).offer(`file ${++written}.txt`);
        break;
      case 'deliver':
        for (let i = 0; i < step.count; i++) await room.deliver(step.choice + i);
        break;
      case 'copy':
        copies[step.who]?.push(room.member(step.who).copy());
        break;
      case 'restore': {
        const disks = copies[step.who] ?? [];
        room.member(step.who).restart(disks[step.copy % disks.length]);
        break;
      }
      case 'forget': {
        // Words that others have already, then yesterday's copy, then other words under the same numbers.
        const who = room.member(step.who);
        const yesterday = who.copy();
        for (let i = 0; i < step.words; i++) await who.write(`word ${++written}`);
        for (let i = 0; i < 40; i++) await room.deliver(i);
        who.restart(yesterday);
        await who.write(`word ${++written}`);
        break;
      }
      case 'restart':
        room.member(step.who).restart();
        break;
      default:
        await takeStep(room, step, `word ${++written}`);
    }
  }
}

/** Each own message that counts as delivered to a device was on the disk of that device. */
function expectMarksTrue(room: SimulatedRoom): void {
  for (const each of room.members) each.noteHeld();
  for (const each of room.members) {
    for (const item of each.items().filter(({ mine }) => mine)) {
      const marked = new Set(each.deliveredTo(item.id));
      for (const other of room.members.filter(({ deviceId }) => marked.has(deviceId))) {
        expect(other.everHeld.has(messageKey(item)), `${item.text} at ${other.deviceId}`).toBe(true);
      }
    }
  }
}

async function meetAll(room: SimulatedRoom): Promise<void> {
  for (const [index, left] of room.members.entries()) {
    for (const right of room.members.slice(index + 1)) await room.link(left, right);
  }
  await room.quiet();
}

describe('members of a room, of whom any is killed or restored from a copy at any time', () => {
  it('all hold and show the same in the end, and every mark of a delivery is true (H4, H5, H6)', async () => {
    const stories = Number(process.env.PARLEY_STORIES ?? 300);
    const seed = Number(process.env.PARLEY_SEED ?? randomInt(2 ** 31));
    console.info(`stories: PARLEY_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const room = new SimulatedRoom(keys, empty);
        try {
          await happen(room, steps);
          expectMarksTrue(room);
          const alive = new Set(room.members.flatMap((each) => each.keys()));
          await meetAll(room);
          const [first, ...others] = room.members.map((each) => each.keys());
          for (const keysOfOther of others) expect(keysOfOther).toEqual(first);
          const [shown, ...shownByOthers] = room.members.map((each) => each.shown());
          for (const each of shownByOthers) expect(each).toEqual(shown);
          const [names, ...namesOfOthers] = room.members.map((each) => each.names());
          for (const each of namesOfOthers) expect(each).toEqual(names);
          expect(new Set(first)).toEqual(alive);
          for (const each of room.members) {
            const elsewhere = room.members.filter((other) => other !== each);
            for (const item of each.items().filter(({ mine }) => mine)) {
              const holders = elsewhere.filter((other) => other.keys().includes(messageKey(item)));
              const marked = each.deliveredTo(item.id);
              expect(holders.map(({ deviceId }) => deviceId)).toEqual(expect.arrayContaining(marked));
              expect(marked.length > 0, `${item.text} is ${item.state}`).toBe(holders.length > 0);
            }
          }
        } finally {
          room.close();
        }
      }),
      { numRuns: stories, seed },
    );
  }, 600_000);
});
