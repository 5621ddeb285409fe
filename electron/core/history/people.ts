import { type Computer, ComputerLeave, ComputerList } from '@parley/shared/model';
import { type DeviceId, readJson } from '@parley/shared/protocol';
import type { Queries } from './database.ts';
import type { ItemRow } from './message-rows.ts';
import { sql } from './statements.ts';

/**
 * Whose computer a device became by a list, for good: it can be nobody else's later. It is that person's while the time at which it
 * agreed last is after the one that has ended. Both go by its own clock.
 */
type Bond = { person: DeviceId; askedAt: number; endedAt: number };

/** Nothing has ended before it. */
const NEVER = -1;

/** Which devices are computers of one person, by the newest lists that are here. There are few, so they stay in memory. */
export function createPeople({ one, all, run }: Queries, own: DeviceId) {
  const lists = new Map<string, ComputerList>();
  const bonds = new Map<string, Bond>();
  const leaves = new Map<string, ComputerLeave>();
  /** How many devices each person ever had. */
  const counts = new Map<string, number>();

  const setBond = (device: string, bond: Bond) => {
    if (!bonds.has(device)) counts.set(bond.person, (counts.get(bond.person) ?? 0) + 1);
    bonds.set(device, bond);
  };
  const read = () => {
    for (const each of [lists, bonds, leaves, counts]) each.clear();
    for (const { list } of all<{ list: string }>(sql.computerLists)) {
      const known = readJson(ComputerList, list);
      if (known) lists.set(known.person, known);
    }
    for (const { leave } of all<{ leave: string }>(sql.computerLeaves)) {
      const known = readJson(ComputerLeave, leave);
      if (known) leaves.set(known.device, known);
    }
    type Row = { device: string; person: string; asked_at: number; ended_at: number };
    for (const { device, person, asked_at, ended_at } of all<Row>(sql.computerDevices))
      setBond(device, { person: person as DeviceId, askedAt: asked_at, endedAt: ended_at });
  };
  read();

  const keepBond = (device: DeviceId, bond: Bond) => {
    run(sql.setComputerDevice, { device, ...bond });
    setBond(device, bond);
  };
  /** Up to when nothing counts by which a device agreed. */
  const endedAt = (device: string): number =>
    Math.max(bonds.get(device)?.endedAt ?? NEVER, leaves.get(device)?.leftAt ?? NEVER);
  const personOf = (device: string): DeviceId => {
    const bond = bonds.get(device);
    return bond && bond.askedAt > endedAt(device) ? bond.person : (device as DeviceId);
  };
  const isOwn = (device: string): boolean => personOf(device) === personOf(own);

  return {
    /** The first computer of the person to whom a device belongs; the device itself where it is that, or the only one. */
    personOf,
    /** Whether a device is this person's: this one or another. */
    isOwn,
    /** The person whose computer a device is or once was. */
    bondOf: (device: string): Bond | null => bonds.get(device) ?? null,
    /** The devices that are or ever were further computers of that person. */
    bondedTo: (person: string): DeviceId[] =>
      [...bonds].flatMap(([device, bond]) => (bond.person === person ? [device as DeviceId] : [])),
    /** How many devices were ever computers of that person. */
    everOf: (person: string): number => counts.get(person) ?? 0,
    /** Whether a device was a computer of somebody and is none any more. */
    hasParted: (device: string): boolean => bonds.has(device) && personOf(device) === device,
    endedAt,
    /** Whether anything has ended by which a device was somebody's computer. */
    hasEnded: (device: string): boolean => endedAt(device) !== NEVER,
    /** Everything that is known of others' computers, for another computer of this person; its own list is a newer one by then. */
    known: () => ({
      lists: [...lists.values()].filter(({ person }) => person !== personOf(own)),
      left: [...leaves.values()],
      former: [...bonds].flatMap(([device, { person, askedAt }]) =>
        personOf(device) === person ? [] : [{ deviceId: device as DeviceId, person, askedAt }],
      ),
    }),
    listOf: (person: string): ComputerList | null => lists.get(person) ?? null,
    leaveOf: (device: string): ComputerLeave | null => leaves.get(device) ?? null,
    /** All computers of the person to whom a device belongs, the first before the others. */
    devicesOf(device: string): DeviceId[] {
      const person = personOf(device);
      const others = (lists.get(person)?.computers ?? []).map((computer) => computer.device);
      return [person, ...others.filter((each) => personOf(each) === person)];
    },
    /**
     * Takes a list in the place of the one before: those in `counted` are the person's computers, others that were are none any more.
     * Inside a transaction; where that fails, `read` brings back what is on the disk.
     */
    keep(list: ComputerList, counted: readonly Computer[]): void {
      const { person } = list;
      const known = (lists.get(person)?.computers ?? []).map(({ device }) => device);
      run(sql.setComputerList, person, JSON.stringify(list));
      lists.set(person, list);
      for (const { device, askedAt } of counted) {
        const bond = bonds.get(device);
        if (bond && bond.askedAt >= askedAt) continue;
        keepBond(device, { person, askedAt, endedAt: bond?.endedAt ?? NEVER });
      }
      for (const device of known) {
        const bond = bonds.get(device);
        if (bond?.person !== person || counted.some((each) => each.device === device)) continue;
        keepBond(device, { ...bond, endedAt: bond.askedAt });
      }
    },
    /** Takes a computer's word that it left. Inside a transaction. */
    keepLeave(leave: ComputerLeave): void {
      run(sql.setComputerLeave, leave.device, JSON.stringify(leave));
      leaves.set(leave.device, leave);
    },
    /** Takes what another computer knows of a device that was somebody's; one that is known here stays as it is. Inside a transaction. */
    keepFormer({ deviceId, person, askedAt }: { deviceId: DeviceId; person: DeviceId; askedAt: number }): void {
      if (deviceId !== own && !bonds.has(deviceId)) keepBond(deviceId, { person, askedAt, endedAt: askedAt });
    },
    read,
    /**
     * A row about an author as it is shown: one's own other computers are oneself, and a computer that was never met goes by the
     * name of its person's first.
     */
    named<T extends Pick<ItemRow, 'author' | 'mine' | 'pinned_name' | 'pinned_changed'>>(row: T): T {
      const person = personOf(row.author);
      if (row.mine === 1) return row;
      if (isOwn(row.author)) return { ...row, mine: 1 };
      if (person === row.author || row.pinned_name !== null) return row;
      const pin = one<{ name: string; changed: number }>(sql.pin, person);
      return pin ? { ...row, pinned_name: pin.name, pinned_changed: pin.changed } : row;
    },
  };
}

export type People = ReturnType<typeof createPeople>;
