import { type Computer, type ComputerLeave, type ComputerList, nameKey, type PeerStanding } from '@parley/shared/model';
import { DeviceId, LIMITS, ParleyError, type RoomId, readJson } from '@parley/shared/protocol';
import { isConsent, isSignedLeave, isSignedList } from '@parley/shared/sealing';
import { createVerifier } from '../identity/ed25519.ts';
import { createComputerWarnings } from './computer-warnings.ts';
import type { HistoryContext } from './history-context.ts';
import type { PinRow } from './peers-store.ts';
import { LAST_AUTHOR } from './spans.ts';
import { sql } from './statements.ts';

/** What a new computer gets of a room beside its keys. */
export type TakenRoom = {
  roomId: RoomId;
  keepMs: number | null;
  /** Everything up to this clock was read on the other computer. */
  readClock: number;
};

/** The computers of somebody are others than before. */
export type LearnedComputers = {
  /** The persons whose list is a new one, and the computers that left. */
  persons: DeviceId[];
  /** The devices that stand otherwise. */
  devices: DeviceId[];
  /** Those that are shown under another name, or with a warning, from now on. */
  looksOther: PeerStanding[];
  /** Up to then this device agreed to be on a list that is not to count: it has to say that it left. */
  unwantedAt: number | null;
};

/** The words about computers that a device hands on, in a room where one is given. */
export type HeardComputers = {
  lists: readonly ComputerList[];
  left: readonly ComputerLeave[];
  by: DeviceId | null;
  roomId: RoomId | null;
};

/** People who use several computers: their lists, checked before they count. */
export function createComputersStore(context: HistoryContext) {
  const { one, all, run, transaction, people, own, now, needRoom, authors } = context;
  const { verify } = createVerifier();
  const warn = createComputerWarnings(context);

  /** Whether a computer on a list is that person's. `by`: the device that shows the list; `joined`: those that the person adds here and now. */
  const counts = (
    person: DeviceId,
    { device, askedAt }: Computer,
    by: DeviceId | null,
    joined: readonly DeviceId[] = [],
  ): boolean => {
    if (people.personOf(device) === person) return true;
    const bond = people.bondOf(device);
    // Nobody else's, ever; and what it took back, or what was ended, is over.
    if ((bond && bond.person !== person) || askedAt <= people.endedAt(device)) return false;
    // A list reaches one step: the first computer of a person is no further one of somebody else.
    if (people.devicesOf(device).length > 1) return false;
    if (!bond && person !== own && people.everOf(person) >= LIMITS.computersEverMax) return false;
    if (person === own || joined.includes(device)) return true;
    // A new computer has met nobody. One that was met as somebody of its own has to show the list itself.
    return by === device || one<PinRow>(sql.pin, device)?.changed !== 0;
  };

  /** A list comes from one of its computers, or is about somebody who wrote in the room: nobody fills this disk with people they made up. */
  const isAbout = ({ person, computers }: ComputerList, by: DeviceId | null, roomId: RoomId | null): boolean =>
    [person, ...computers.filter((each) => counts(person, each, by)).map(({ device }) => device)].some(
      (device) =>
        device === by ||
        people.isOwn(device) ||
        people.bondOf(device)?.person === person ||
        one(sql.pin, device) !== undefined ||
        (roomId !== null && authors.find(roomId, device) !== undefined),
    );

  /** Whether a list is newer than the one that is here, or the same one, which a computer on it that does not count yet shows itself. */
  const isNews = (list: ComputerList, by: DeviceId | null): boolean => {
    const known = people.listOf(list.person);
    if (!known || list.issuedAt > known.issuedAt) return true;
    return (
      list.sig === known.sig &&
      known.computers.some(({ device }) => device === by && people.personOf(device) !== list.person)
    );
  };

  const noted = (learned: LearnedComputers, who: DeviceId, before: readonly DeviceId[], after: readonly DeviceId[]) => {
    learned.persons.push(who);
    learned.devices.push(...new Set([...before, ...after]));
    learned.looksOther.push(...warn(before, after));
  };
  const take = (
    learned: LearnedComputers,
    list: ComputerList,
    by: DeviceId | null,
    joined: readonly DeviceId[] = [],
  ) => {
    const before = people.devicesOf(list.person);
    const counted: Computer[] = [];
    for (const computer of list.computers) if (counts(list.person, computer, by, joined)) counted.push(computer);
    people.keep(list, counted);
    noted(learned, list.person, before, people.devicesOf(list.person));
  };
  const takeLeave = (learned: LearnedComputers, leave: ComputerLeave) => {
    const before = people.devicesOf(leave.device);
    people.keepLeave(leave);
    noted(learned, leave.device, before, people.devicesOf(before[0] ?? leave.device));
  };

  /** When this device agreed to be on a list that is not to count; null where it did not, where it said so already, and where it agreed to another one later. */
  const unwantedAt = ({ person, computers }: ComputerList): number | null => {
    const mine = computers.find(({ device }) => device === own);
    if (!mine || mine.askedAt <= (people.leaveOf(own)?.leftAt ?? -1)) return null;
    if (people.personOf(own) !== own && mine.askedAt >= (people.bondOf(own)?.askedAt ?? 0)) return null;
    return isConsent(person, mine, verify) ? mine.askedAt : null;
  };
  /** Whether a computer's word that it left changes anything. */
  const isLeaveNews = ({ device, leftAt }: ComputerLeave, by: DeviceId | null): boolean => {
    const known = people.leaveOf(device);
    if (known) return leftAt > known.leftAt && people.personOf(device) !== device;
    return device === by || people.bondOf(device) !== null;
  };

  const doubt = () => one<{ known: string }>(sql.computersInDoubt);
  const ownOthers = () => people.devicesOf(own).filter((device) => device !== own);
  /**
   * Ends the doubt once a computer of this person that was known when it began said what it knows; where none was known, anybody who is in
   * a room with this one and not one of its computers by a list that came since: that could be one that was removed meanwhile.
   */
  const endDoubt = (learned: LearnedComputers, { by, roomId }: HeardComputers) => {
    const begun = doubt();
    if (by === null || roomId === null || !begun) return;
    const known = readJson(DeviceId.array(), begun.known) ?? [];
    if (known.length > 0 ? !known.includes(by) : ownOthers().includes(by)) return;
    run(sql.trustComputers);
    learned.devices.push(own);
  };

  /** Changes whose computers devices are, all of it or nothing. */
  const learning = (act: (learned: LearnedComputers) => void): LearnedComputers => {
    const learned: LearnedComputers = { persons: [], devices: [], looksOther: [], unwantedAt: null };
    try {
      transaction(() => act(learned));
    } catch (error) {
      people.read();
      throw error;
    }
    return learned;
  };

  return {
    /**
     * Takes lists that are newer than those known, and the words of computers that left. A list that its person, or a computer on it, did
     * not sign is left out, and so is one that makes this device somebody's computer: only it itself can agree to that, by `joinComputers`.
     */
    learnComputers: (heard: HeardComputers): LearnedComputers =>
      learning((learned) => {
        const { lists, left, by, roomId } = heard;
        for (const list of lists) {
          if (list.computers.some(({ device }) => device === own) && people.personOf(own) !== list.person) {
            learned.unwantedAt ??= unwantedAt(list);
            continue;
          }
          // No further computer of somebody has computers of its own.
          if (people.personOf(list.person) !== list.person || !isNews(list, by)) continue;
          if (isAbout(list, by, roomId) && isSignedList(list, verify)) take(learned, list, by);
        }
        for (const leave of left) {
          if (isLeaveNews(leave, by) && isSignedLeave(leave, verify)) takeLeave(learned, leave);
        }
        endDoubt(learned, heard);
      }),

    /** What is here of computers may be older than what others have. Nothing is signed or told by it, until they were heard. */
    doubtComputers: (): void => {
      run(sql.doubtComputers, JSON.stringify(ownOthers()));
    },
    trustComputers: (): void => {
      run(sql.trustComputers);
    },
    areComputersInDoubt: () => doubt() !== undefined,

    /** Keeps the list that this person signed here, the first computer. Throws `computer-refused` for a computer that can be none of theirs. */
    issueComputers: (list: ComputerList): LearnedComputers =>
      learning((learned) => {
        const before = people.devicesOf(own);
        const joined = list.computers.map(({ device }) => device).filter((device) => !before.includes(device));
        take(learned, list, own, joined);
        const after = people.devicesOf(own);
        if (!joined.every((device) => after.includes(device))) throw new ParleyError('computer-refused');
      }),

    /** This device is a computer of that person from now on, as it agreed. Throws `computer-refused` where it can be none of theirs. */
    joinComputers: (list: ComputerList): LearnedComputers =>
      learning((learned) => {
        take(learned, list, list.person, [own]);
        if (people.personOf(own) !== list.person) throw new ParleyError('computer-refused');
      }),

    /** This device said that it is nobody's further computer any more. */
    leaveComputers: (leave: ComputerLeave): LearnedComputers => learning((learned) => takeLeave(learned, leave)),

    /** The list of this person, null where they have one computer, and when this one agreed to be on it. */
    ownComputers: (): { person: DeviceId; list: ComputerList | null; devices: DeviceId[]; askedAt: number } => {
      const person = people.personOf(own);
      const bond = people.bondOf(own);
      return { person, list: people.listOf(person), devices: people.devicesOf(own), askedAt: bond?.askedAt ?? 0 };
    },

    /** Whether this device's key stands for something: computers of one person, or entries that it wrote. */
    isKeyInUse: (): boolean =>
      people.devicesOf(own).length > 1 ||
      people.bondOf(own) !== null ||
      all<{ room_id: RoomId }>(sql.rooms).some(
        ({ room_id }) => one<{ seq: number | null }>(sql.lastSeq, room_id, own)?.seq,
      ),

    /** Everything that is known of other people's computers, for another one of this person. */
    knownComputers: people.known,

    /** Keeps what another computer of this person knows of others' computers, each checked again. */
    takeComputers: ({ lists, left, former }: ReturnType<typeof people.known>): LearnedComputers =>
      learning((learned) => {
        for (const each of former) people.keepFormer(each);
        for (const leave of left) if (isSignedLeave(leave, verify)) takeLeave(learned, leave);
        for (const list of lists) {
          const isOther =
            !list.computers.some(({ device }) => device === own) && people.personOf(list.person) === list.person;
          if (isOther && isNews(list, null) && isSignedList(list, verify)) take(learned, list, list.person);
        }
      }),

    /** Whether a device is another computer of this person. */
    isOwnComputer: (device: DeviceId): boolean => device !== own && people.isOwn(device),

    /**
     * The lists of the people who wrote in a room, this person's own first, and who of their computers left. A device that was taken off a
     * list brings the list without it. `only`: of these persons and devices alone.
     */
    computersIn: (roomId: RoomId, only?: readonly DeviceId[]): { lists: ComputerList[]; left: ComputerLeave[] } => {
      needRoom(roomId);
      const wrote = all<{ author: string }>(sql.authors, roomId, '', LAST_AUTHOR).map(({ author }) => author);
      const isWanted = (device: DeviceId) => only?.includes(device) ?? true;
      const persons = new Set([own, ...wrote].map((device) => people.personOf(device)));
      for (const device of wrote) persons.add(people.bondOf(device)?.person ?? people.personOf(device));
      const lists = [...persons].flatMap((person) => people.listOf(person) ?? []);
      const devices = new Set([
        own,
        ...wrote,
        ...lists.flatMap(({ computers }) => computers.map(({ device }) => device)),
      ]);
      const left = [...devices].flatMap((device) => people.leaveOf(device) ?? []);
      return {
        lists: lists.filter(({ person }) => isWanted(person)),
        left: left.filter(({ device }) => isWanted(device)),
      };
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
