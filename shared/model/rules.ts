import { z } from 'zod';
import { base64UrlOf } from '../base/bytes.ts';
import { DeviceId, RoomId } from '../base/ids.ts';
import { LIMITS } from '../base/limits.ts';

/** Whether each stands after the one before: so none comes twice, and the same devices are always signed as the same bytes. */
const isRising = (devices: readonly string[]): boolean =>
  devices.every((each, at) => at === 0 || each > (devices[at - 1] ?? ''));
const devicesUpTo = (max: number) => z.array(DeviceId).max(max).refine(isRising);
const RuledDevices = devicesUpTo(LIMITS.ruledDevicesMax);
const Seq = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);

/**
 * The rules of a room as its owner signed them, or what one of its moderators added. Each is one record, which a later one of the same
 * signer replaces. `grant` is the seq of the owner's record that made somebody a moderator: what they signed under an earlier one counts no
 * more. Nor does what the owner's record holds already, up to `taken`.
 */
export const RoomRules = z
  .object({
    roomId: RoomId,
    /** Null for the owner; else the device of the moderator. */
    by: DeviceId.nullable(),
    /** Null for the owner. */
    grant: Seq.nullable(),
    seq: Seq,
    /** Null: a moderator who says nothing of it. */
    locked: z.boolean().nullable(),
    /** The devices that a locked room lets in. */
    admitted: RuledDevices,
    /** The devices that nobody of the room meets. */
    removed: RuledDevices,
    /** The owner's own devices: no moderator removes them. */
    owners: devicesUpTo(LIMITS.computersMax + 1),
    moderators: z
      .array(z.object({ device: DeviceId, grant: Seq, taken: Seq.or(z.literal(0)) }))
      .max(LIMITS.moderatorsMax)
      .refine((all) => isRising(all.map(({ device }) => device))),
    sig: base64UrlOf(64),
  })
  .refine(({ by, grant, locked, owners, moderators }) =>
    by === null
      ? grant === null && locked !== null && owners.length > 0
      : grant !== null && owners.length + moderators.length === 0,
  );
export type RoomRules = z.infer<typeof RoomRules>;

/** The rules that hold, of all records that are known. */
export type RulesInForce = {
  locked: boolean;
  admitted: readonly DeviceId[];
  removed: readonly DeviceId[];
  owners: readonly DeviceId[];
  moderators: readonly DeviceId[];
};

/** The same devices as a record has them: each once, in order. */
export const risingDevices = (devices: Iterable<DeviceId>): DeviceId[] => [...new Set(devices)].sort();

/** Whether `record` takes the place of `kept`, of the same signer. Of two with one seq the lower signature counts, so that all members go by the same. */
export function replacesRules(record: RoomRules, kept: RoomRules | undefined): boolean {
  if (!kept) return true;
  const [grants, seqs] = [(record.grant ?? 0) - (kept.grant ?? 0), record.seq - kept.seq];
  return grants > 0 || (grants === 0 && (seqs > 0 || (seqs === 0 && record.sig < kept.sig)));
}

/** The records of moderators that count: their device is one by the owner's record, which does not hold theirs yet. */
export function openRecords(records: readonly RoomRules[]): RoomRules[] {
  const owner = records.find(({ by }) => by === null);
  return records.filter(({ by, grant, seq }) => {
    const moderator = owner?.moderators.find(({ device }) => device === by);
    return moderator !== undefined && grant === moderator.grant && seq > moderator.taken;
  });
}

/**
 * The rules that hold by one record of each signer, in whichever order they came. Without one of the owner nobody is kept out. Moderators
 * add to what the owner signed: where two of them differ it is locked rather than open, and somebody is out rather than in. They remove neither the
 * owner nor each other, and let in nobody whom the owner removed.
 */
export function rulesInForce(records: readonly RoomRules[]): RulesInForce {
  const owner = records.find(({ by }) => by === null);
  if (!owner) return { locked: false, admitted: [], removed: [], owners: [], moderators: [] };
  const open = openRecords(records);
  const moderators = owner.moderators.map(({ device }) => device);
  const isSafe = new Set<DeviceId>([...owner.owners, ...moderators]);
  const said = open.flatMap(({ locked }) => (locked === null ? [] : [locked]));
  const removed = risingDevices([
    ...owner.removed,
    ...open.flatMap((record) => record.removed.filter((device) => !isSafe.has(device))),
  ]);
  const isRemoved = new Set(removed);
  const admitted = [...owner.admitted, ...isSafe, ...open.flatMap((record) => record.admitted)];
  return {
    locked: said.length === 0 ? owner.locked === true : said.includes(true),
    admitted: risingDevices(admitted.filter((device) => !isRemoved.has(device))),
    removed,
    owners: owner.owners,
    moderators,
  };
}

/** Somebody on a list of the rules; the name is null where this computer never met them. */
export const RuledPerson = z.object({ person: DeviceId, name: z.string().nullable() });
export type RuledPerson = z.infer<typeof RuledPerson>;

/** The rules of a room as they hold on this computer: the lists name all devices of the people who are on them, as far as they are known here. */
export const RoomRulesNow = z.object({
  /** One record of each signer, to be handed on. */
  records: z.array(RoomRules).max(LIMITS.moderatorsMax + 1),
  /** The part of this person. */
  role: z.enum(['owner', 'moderator', 'member']),
  /** How this person stands: `out` is a locked room that did not let them in. */
  self: z.enum(['in', 'out', 'removed']),
  locked: z.boolean(),
  admitted: z.array(DeviceId),
  removed: z.array(DeviceId),
  owners: z.array(DeviceId),
  moderators: z.array(DeviceId),
  admittedPeople: z.array(RuledPerson),
  removedPeople: z.array(RuledPerson),
});
export type RoomRulesNow = z.infer<typeof RoomRulesNow>;

/** A room without rules. */
export const NO_RULES: RoomRulesNow = {
  records: [],
  role: 'member',
  self: 'in',
  locked: false,
  admitted: [],
  removed: [],
  owners: [],
  moderators: [],
  admittedPeople: [],
  removedPeople: [],
};

const Present = z.array(DeviceId).max(LIMITS.ruledDevicesMax);

/** A change of the rules. `present` are the devices that are linked now: locking lets in them and everybody of the room's history. */
export const RulesChange = z.discriminatedUnion('do', [
  z.object({ do: z.literal('lock'), present: Present }).strict(),
  z.object({ do: z.literal('unlock') }).strict(),
  z.object({ do: z.literal('admit'), device: DeviceId }).strict(),
  z.object({ do: z.literal('remove'), device: DeviceId, lock: z.boolean(), present: Present }).strict(),
  z.object({ do: z.literal('let-back'), device: DeviceId }).strict(),
  z.object({ do: z.literal('moderator'), device: DeviceId, on: z.boolean() }).strict(),
]);
export type RulesChange = z.infer<typeof RulesChange>;
