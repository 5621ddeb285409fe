import { type ComputerList, nameKey } from '@parley/shared/model';
import { type DeviceId, LIMITS, type RoomId } from '@parley/shared/protocol';
import { isSignedList } from '@parley/shared/sealing';
import { createVerifier } from '../identity/ed25519.ts';
import type { HistoryContext } from './history-context.ts';
import { LAST_AUTHOR } from './spans.ts';
import { sql } from './statements.ts';

/** What a new computer gets of a room beside its keys. */
export type TakenRoom = {
  roomId: RoomId;
  keepMs: number | null;
  /** Everything up to this clock was read on the other computer. */
  readClock: number;
};

/** People who use several computers: their lists, checked before they count. */
export function createComputersStore(context: HistoryContext) {
  const { one, all, run, transaction, people, own, now, needRoom, authors } = context;
  const verify = createVerifier();

  /** A list comes from one of its computers, or is about somebody who wrote in the room: nobody fills this disk with people they made up. */
  const isAbout = (list: ComputerList, by: DeviceId | null, roomId: RoomId | null): boolean => {
    const devices = [list.person, ...list.computers.map(({ device }) => device)];
    return devices.some(
      (device) =>
        device === by ||
        people.isOwn(device) ||
        one(sql.pin, device) !== undefined ||
        (roomId !== null && authors.find(roomId, device) !== undefined),
    );
  };
  /** The first computer of a person is no further one of somebody else's, and the other way round: a list reaches one step. */
  const isFlat = ({ person, computers }: ComputerList): boolean =>
    people.personOf(person) === person &&
    computers.every(({ device }) => {
      const known = people.personOf(device);
      return (known === device || known === person) && (people.listOf(device)?.computers.length ?? 0) === 0;
    });

  /** A computer that is none of its person's any more must not go on under their name. */
  const notePartings = (list: ComputerList, before: readonly DeviceId[]): void => {
    const after = people.devicesOf(list.person);
    for (const device of before) {
      if (after.includes(device) || device === own) continue;
      const pin = one<{ name_key: string }>(sql.pin, device);
      if (!pin) continue;
      const taken = after.some((each) => one<{ name_key: string }>(sql.pin, each)?.name_key === pin.name_key);
      run(sql.verifyPin, 0, Number(taken), device);
    }
    // One that was met before its list had taken a name that was known.
    for (const device of after) {
      const pin = one<{ name_key: string; verified: number; changed: number }>(sql.pin, device);
      if (pin?.changed !== 1 || before.includes(device)) continue;
      const others = all<{ device_id: string }>(sql.pinsNamed, pin.name_key).filter(
        ({ device_id }) => !after.includes(device_id as DeviceId),
      );
      if (others.length === 0) run(sql.verifyPin, pin.verified, 0, device);
    }
  };

  const take = (list: ComputerList): void => {
    const before = people.devicesOf(list.person);
    people.keep(list);
    notePartings(list, before);
  };

  return {
    /**
     * Takes lists that are newer than those known, from the device `by` or in a room; answers whose changed. A list that its person, or a
     * computer on it, did not sign is left out.
     */
    learnComputers: (lists: readonly ComputerList[], by: DeviceId | null, roomId: RoomId | null): DeviceId[] => {
      const changed: DeviceId[] = [];
      try {
        transaction(() => {
          for (const list of lists) {
            if (list.issuedAt <= (people.listOf(list.person)?.issuedAt ?? -1)) continue;
            if (!isAbout(list, by, roomId) || !isFlat(list) || !isSignedList(list, verify)) continue;
            take(list);
            changed.push(list.person);
          }
        });
      } catch (error) {
        people.read();
        throw error;
      }
      return changed;
    },

    /** The list of this person; null where they have one computer. */
    ownComputers: (): { person: DeviceId; list: ComputerList | null } => {
      const person = people.personOf(own);
      return { person, list: people.listOf(person) };
    },

    /** Whether a device is another computer of this person. */
    isOwnComputer: (device: DeviceId): boolean => device !== own && people.isOwn(device),

    /** The lists of the people who wrote in a room, this person's own first. */
    computersIn: (roomId: RoomId): ComputerList[] => {
      needRoom(roomId);
      const wrote = all<{ author: string }>(sql.authors, roomId, '', LAST_AUTHOR).map(({ author }) => author);
      const persons = new Set([own, ...wrote].map((device) => people.personOf(device)));
      return [...persons].flatMap((person) => people.listOf(person) ?? []).slice(0, LIMITS.computerListsMax);
    },

    /** Up to which clock of the room everything was read here. */
    readClock: (roomId: RoomId): number => {
      const { unread, read_clock } = needRoom(roomId);
      const top = one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0;
      const first = unread === 0 ? undefined : one<{ clock: number }>(sql.firstUnreadClock, roomId);
      return Math.max(read_clock, first ? first.clock - 1 : top);
    },

    /** Keeps what came with a room from another computer of this person. Throws `room-unknown`. */
    takeRoom: ({ roomId, keepMs, readClock }: TakenRoom): void => {
      needRoom(roomId);
      run(sql.takeRoom, { roomId, keepMs, readClock });
    },

    /** The devices above one that were met, with the names that they are known by. */
    knownPeers: (above: string, limit: number): { deviceId: DeviceId; name: string; verified: boolean }[] =>
      all<{ device_id: string; name: string; verified: number }>(sql.pinsAbove, above, limit).map((row) => ({
        deviceId: row.device_id as DeviceId,
        name: row.name,
        verified: row.verified === 1,
      })),

    /** Keeps a device that another computer of this person met; one that is known here stays as it is. */
    takePeer: ({ deviceId, name, verified }: { deviceId: DeviceId; name: string; verified: boolean }): void => {
      if (deviceId === own || one(sql.pin, deviceId)) return;
      run(sql.setPin, {
        deviceId,
        nameKey: nameKey(name),
        name,
        verified: Number(verified),
        changed: 0,
        now: now(),
      });
    },
  };
}
