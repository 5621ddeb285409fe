import { describe, expect, it } from 'vitest';
import { RoomRules, replacesRules, rulesInForce } from '../model/rules.ts';
import { DeviceId, RoomId } from '../protocol/index.ts';
import { toBase64Url } from './agreements.ts';
import { ed25519FromSeed, randomBytes } from './primitives.ts';
import { signRules, verifyRules } from './rules.ts';

const roomId = RoomId.parse(toBase64Url(randomBytes(16)));
const keyOf = async () => {
  const { privateKey, publicKey } = await ed25519FromSeed(randomBytes(32));
  return { key: privateKey, device: DeviceId.parse(toBase64Url(publicKey)) };
};
const owner = await keyOf();
const room = { roomId, ownerPub: owner.device as string };
const [first, second, third] = (await Promise.all([keyOf(), keyOf(), keyOf()])).sort((left, right) =>
  left.device < right.device ? -1 : 1,
) as [Awaited<ReturnType<typeof keyOf>>, Awaited<ReturnType<typeof keyOf>>, Awaited<ReturnType<typeof keyOf>>];

type Fields = Partial<Omit<RoomRules, 'sig'>>;
const ofOwner = (fields: Fields = {}, key = owner.key) =>
  signRules(key, {
    ...{ roomId, by: null, grant: null, seq: 3, locked: true, admitted: [first.device], removed: [second.device] },
    ...{ owners: [third.device], moderators: [{ device: first.device, grant: 2, taken: 4 }] },
    ...fields,
  });
const ofModerator = (fields: Fields = {}, key = first.key) =>
  signRules(key, {
    ...{
      roomId,
      by: first.device,
      grant: 2,
      seq: 5,
      locked: null,
      admitted: [],
      removed: [],
      owners: [],
      moderators: [],
    },
    ...fields,
  });

describe('signed rules of a room (C9)', () => {
  it('are the word of the invite’s owner, with any one part changed no more', async () => {
    const rules = await ofOwner();
    expect(RoomRules.parse(rules)).toEqual(rules);
    expect(await verifyRules(rules, room)).toBe(true);
    const changes: Fields[] = [
      { seq: 4 },
      { grant: 1 },
      { locked: false },
      { locked: null },
      { admitted: [] },
      { admitted: [second.device], removed: [first.device] },
      { admitted: [first.device, second.device], removed: [] },
      { removed: [] },
      { owners: [second.device] },
      { moderators: [] },
      { moderators: [{ device: second.device, grant: 2, taken: 4 }] },
      { moderators: [{ device: first.device, grant: 3, taken: 4 }] },
      { moderators: [{ device: first.device, grant: 2, taken: 5 }] },
      { by: first.device },
      { roomId: RoomId.parse(toBase64Url(randomBytes(16))) },
    ];
    for (const change of changes)
      expect(await verifyRules({ ...rules, ...change }, room), JSON.stringify(change)).toBe(false);
  });

  it('are of nobody else, and of no other room', async () => {
    expect(await verifyRules(await ofOwner({}, first.key), room)).toBe(false);
    expect(await verifyRules(await ofOwner(), { ...room, ownerPub: first.device })).toBe(false);
    expect(await verifyRules(await ofOwner(), { ...room, roomId: toBase64Url(randomBytes(16)) })).toBe(false);
    expect(await verifyRules(await ofModerator(), room)).toBe(true);
    expect(await verifyRules(await ofModerator({}, owner.key), room)).toBe(false);
  });

  it('have one form: lists in order, each device once, and what only an owner says', async () => {
    const rules = await ofOwner();
    const { device } = first;
    for (const change of [
      { admitted: [second.device, device] },
      { removed: [device, device] },
      { locked: null },
      { owners: [] },
      { grant: 1 },
      {
        moderators: [
          { device: second.device, grant: 1, taken: 0 },
          { device, grant: 1, taken: 0 },
        ],
      },
      { by: device },
    ])
      expect(RoomRules.safeParse({ ...rules, ...change }).success, JSON.stringify(change)).toBe(false);
  });
});

describe('the rules in force (C9)', () => {
  it('are those of the newest record, and of one number those with the lower signature, on every computer', async () => {
    const [older, newer] = [await ofOwner({ seq: 1 }), await ofOwner({ seq: 2 })];
    expect([replacesRules(newer, older), replacesRules(older, newer), replacesRules(older, older)]).toEqual([
      true,
      false,
      false,
    ]);
    const twin = await ofOwner({ seq: 2, locked: false });
    expect(replacesRules(newer, twin)).toBe(!replacesRules(twin, newer));
    expect(replacesRules(newer, twin)).toBe(newer.sig < twin.sig);
  });

  it('keep nobody out without a record of the owner, whatever others sign', async () => {
    expect(rulesInForce([await ofModerator({ locked: true, removed: [second.device] })])).toMatchObject({
      locked: false,
      removed: [],
    });
  });

  it('hold what moderators added under their present grant and the owner did not take yet, in any order', async () => {
    const open = await ofOwner({
      locked: false,
      removed: [],
      moderators: [{ device: first.device, grant: 2, taken: 4 }],
    });
    const act = await ofModerator({ locked: true, removed: [second.device] });
    const inForce = { locked: true, removed: [second.device] };
    expect(rulesInForce([open, act])).toMatchObject(inForce);
    expect(rulesInForce([act, open])).toEqual(rulesInForce([open, act]));
    for (const other of [
      await ofModerator({ locked: true, removed: [second.device], seq: 4 }),
      await ofModerator({ locked: true, removed: [second.device], grant: 1, seq: 9 }),
      await ofModerator({ locked: true, removed: [second.device], by: second.device }, second.key),
    ])
      expect(rulesInForce([open, other])).toMatchObject({ locked: false, removed: [] });
  });

  it('let a moderator remove neither the owner nor a moderator, nor let in whom the owner removed', async () => {
    const rules = await ofOwner();
    const act = await ofModerator({ removed: [first.device, third.device].sort(), admitted: [second.device] });
    expect(rulesInForce([rules, act])).toMatchObject({
      removed: [second.device],
      admitted: [first.device, third.device],
    });
  });
});
