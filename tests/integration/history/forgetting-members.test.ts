import { randomInt } from 'node:crypto';
import { messageKey } from '@parley/shared/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeStep } from './member-steps.ts';
import { emptyHistory, type Member, memberKeys, SimulatedRoom } from './simulated-members.ts';

const HOUR = 3_600_000;
const empty = emptyHistory();
const keys = memberKeys(4);
const member = fc.nat(3);
/** These keep messages for an hour and for ten; the others for ever. */
const FORGETFUL: readonly (readonly [member: number, keepMs: number])[] = [
  [2, HOUR],
  [3, 10 * HOUR],
];

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('write' as const),
      who: member,
      lifetimeMs: fc.constantFrom(null, null, HOUR / 2, 5 * HOUR),
    }),
  },
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
  { weight: 1, arbitrary: fc.record({ does: fc.constant('react' as const), who: member, which: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('link' as const), who: member, other: member }) },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('cut' as const), who: member, other: member }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restore' as const), who: member }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(60_000, HOUR, 6 * HOUR) }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('sweep' as const), who: member }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('set clock' as const),
      who: member,
      aheadMs: fc.constantFrom(-5 * HOUR, 0, 5 * HOUR),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function happen(room: SimulatedRoom, steps: readonly Step[]): Promise<void> {
  const copies = room.members.map((each) => each.copy());
  let written = 0;
  for (const step of steps) {
    switch (step.does) {
      case 'write':
        await room.member(step.who).write(`word ${++written}`, step.lifetimeMs);
        break;
      case 'deliver':
        for (let i = 0; i < step.count; i++) await room.deliver(i);
        break;
      case 'restore': {
        const who = room.member(step.who);
        const now = who.copy();
        who.restart(copies[step.who]);
        copies[step.who] = now;
        break;
      }
      case 'sweep':
        room.member(step.who).sweep();
        break;
      default:
        await takeStep(room, step, `word ${++written}`);
    }
  }
}

async function meetAll(room: SimulatedRoom): Promise<void> {
  for (const [index, left] of room.members.entries()) {
    for (const right of room.members.slice(index + 1)) await room.link(left, right);
  }
  await room.quiet();
}

/** Without reactions: a member that drops them earlier shows fewer than the others. */
const wordsOf = (who: Member) =>
  new Map(who.items().map((item) => [messageKey(item), `${item.text}${item.edited}${item.deleted}`]));

describe('members of a room where two keep messages for a short time and some messages disappear', () => {
  it('agree on what each keeps, come to rest, and bring nothing back that was dropped or is over (H8)', async () => {
    const stories = Number(process.env.PARLEY_STORIES ?? 200);
    const seed = Number(process.env.PARLEY_SEED ?? randomInt(2 ** 31));
    console.info(`stories: PARLEY_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const room = new SimulatedRoom(keys, empty);
        try {
          for (const [who, keepMs] of FORGETFUL) room.member(who).keep(keepMs);
          await happen(room, steps);
          for (const each of room.members) each.setClock(0);
          await meetAll(room);
          for (const each of room.members) each.sweep();
          const dropped = room.members.map((each) => each.dropped());
          room.clock.advance(1_000);
          for (const each of room.members) room.cutAll(each);
          await meetAll(room);
          for (const [at, each] of room.members.entries()) {
            for (const key of dropped[at] ?? []) expect(wordsOf(each).has(key)).toBe(false);
          }
          // Names are kept, however long messages are.
          const [names, ...namesOfOthers] = room.members.map((each) => each.names());
          for (const each of namesOfOthers) expect(each).toEqual(names);
          // All members that hold a message show the same words.
          const all = new Map(room.members.flatMap((each) => [...wordsOf(each)]));
          for (const each of room.members) {
            for (const [key, words] of wordsOf(each)) expect(words).toBe(all.get(key));
          }
          // Two days later even messages that arrived late are over, and nothing of them is left.
          room.clock.advance(48 * HOUR);
          for (const each of room.members) each.sweep();
          for (const each of room.members) {
            expect(each.items().filter(({ lifetimeMs }) => lifetimeMs !== undefined)).toEqual([]);
            expect(each.hiddenWords()).toBe(0);
          }
          for (const [who] of FORGETFUL) {
            const unsent = room.member(who).items();
            expect(unsent.every(({ mine, deliveredTo }) => mine && deliveredTo === 0)).toBe(true);
          }
          const [first, second] = room.members.map((each) => [...wordsOf(each)]);
          expect(second).toEqual(first);
        } finally {
          room.close();
        }
      }),
      { numRuns: stories, seed },
    );
  }, 600_000);
});
