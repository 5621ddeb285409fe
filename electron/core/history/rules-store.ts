import {
  NO_RULES,
  openRecords,
  RoomRules,
  type RoomRulesNow,
  type RuledPerson,
  replacesRules,
  risingDevices,
  rulesInForce,
} from '@parley/shared/model';
import { DeviceId, type RoomId, readJson } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import type { PinRow } from './peers-store.ts';
import { sql } from './statements.ts';

/** The signer of the owner's record: no device has that id. */
const OWNER = '';

/** The rules of rooms, as they were signed, and what they say of the people who are known here. */
export function createRulesStore({ one, all, run, transaction, people, blocks, own, needRoom }: HistoryContext) {
  const pinOf = (device: string) => one<PinRow>(sql.pin, device);
  const recordsOf = (roomId: RoomId): RoomRules[] =>
    all<{ record: string }>(sql.rules, roomId).flatMap(({ record }) => readJson(RoomRules, record) ?? []);

  /** Each person of these devices once. */
  const peopleOf = (devices: readonly DeviceId[]): RuledPerson[] =>
    [...new Set(devices.map((device) => people.personOf(device)))]
      .filter((person) => !people.isOwn(person))
      .map((person) => {
        const named = [person, ...people.devicesOf(person)].map((device) => pinOf(device)?.name);
        return { person, name: named.find((name) => name !== undefined) ?? null };
      })
      .sort((left, right) => (left.name ?? '\uffff').localeCompare(right.name ?? '\uffff'));

  return {
    /** The rules of a room as they hold here. A device is on a list if one of its person is; one that is or was that of somebody removed is out. */
    rulesNow: (roomId: RoomId): RoomRulesNow => {
      const room = needRoom(roomId);
      const records = recordsOf(roomId);
      const role = room.owner_seed !== null ? 'owner' : 'member';
      if (!records.some(({ by }) => by === null)) return { ...NO_RULES, role };
      const rules = rulesInForce(records);
      const isSafe = new Set<DeviceId>(
        [...rules.owners, ...rules.moderators].flatMap((each) => people.devicesOf(each)),
      );
      const removed = new Set(
        rules.removed.flatMap((device) => blocks.devicesOf(device)).filter((each) => !isSafe.has(each)),
      );
      // Somebody is out rather than in, also where the lists were signed before this computer knew whose device one is.
      for (const device of rules.removed) removed.add(device);
      const admitted = rules.admitted
        .flatMap((device) => people.devicesOf(device))
        .filter((each) => !removed.has(each));
      const isModerator = rules.moderators.includes(own);
      const isIn = role === 'owner' || isModerator || !rules.locked || admitted.some((device) => people.isOwn(device));
      return {
        records,
        role: role === 'owner' ? role : isModerator ? 'moderator' : role,
        self: role !== 'owner' && [...removed].some((device) => people.isOwn(device)) ? 'removed' : isIn ? 'in' : 'out',
        locked: rules.locked,
        admitted: risingDevices(admitted),
        removed: risingDevices(removed),
        owners: risingDevices(rules.owners.flatMap((each) => people.devicesOf(each))),
        moderators: risingDevices(rules.moderators),
        admittedPeople: peopleOf(admitted),
        removedPeople: peopleOf(rules.removed),
      };
    },

    /**
     * Keeps records whose signatures were checked, where they replace those that are here; those of nobody who moderates the room are not kept.
     * `ties`: how many had the seq of a kept one and said something else.
     */
    keepRules: (roomId: RoomId, records: readonly RoomRules[]): { changed: boolean; ties: number } =>
      transaction(() => {
        needRoom(roomId);
        const kept = new Map(recordsOf(roomId).map((record) => [record.by ?? OWNER, record]));
        let [changed, ties] = [false, 0];
        // A moderator's record counts by the owner's, so that one comes first.
        for (const record of [...records].sort((one, other) => Number(one.by !== null) - Number(other.by !== null))) {
          const signer = record.by ?? OWNER;
          const before = kept.get(signer);
          if (before?.seq === record.seq && before.grant === record.grant && before.sig !== record.sig) ties += 1;
          if (!replacesRules(record, before)) continue;
          const owner = kept.get(OWNER);
          if (record.by !== null && openRecords(owner ? [owner, record] : []).length === 0) continue;
          kept.set(signer, record);
          changed = true;
        }
        if (!changed) return { changed, ties };
        const counted = new Set(openRecords([...kept.values()]).map(({ by }) => by));
        run(sql.removeRules, roomId);
        for (const [signer, record] of kept)
          if (record.by === null || counted.has(record.by))
            run(sql.addRules, { roomId, signer, record: JSON.stringify(record) });
        return { changed, ties };
      }),

    /** All devices of the person to whom one belongs; with those that once were, where somebody is to be kept out. */
    devicesToRule: (device: DeviceId, former: boolean): DeviceId[] =>
      former ? blocks.devicesOf(device) : people.devicesOf(device),

    /**
     * The devices of everybody who was met and wrote in the room, was named or got messages there, of those in `present` too, and of oneself. Authors
     * that were never met do not count: another member could have made them up.
     */
    membersToAdmit: (roomId: RoomId, present: readonly DeviceId[]): DeviceId[] => {
      needRoom(roomId);
      const wrote = all<{ device: string }>(sql.devicesIn, roomId)
        .map(({ device }) => DeviceId.safeParse(device).data)
        .filter((device) => device !== undefined && pinOf(device) !== undefined) as DeviceId[];
      return risingDevices([own, ...wrote, ...present].flatMap((device) => people.devicesOf(device)));
    },
  };
}
