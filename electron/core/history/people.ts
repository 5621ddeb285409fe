import { ComputerList } from '@parley/shared/model';
import type { DeviceId } from '@parley/shared/protocol';
import type { Queries } from './database.ts';
import type { ItemRow } from './message-rows.ts';
import { sql } from './statements.ts';

/** Which devices are computers of one person, by the newest lists that are here. There are few, so they stay in memory. */
export function createPeople({ one, all, run }: Queries, own: DeviceId) {
  const lists = new Map<string, ComputerList>();
  const persons = new Map<string, DeviceId>();

  const read = () => {
    lists.clear();
    persons.clear();
    for (const { list } of all<{ list: string }>(sql.computerLists)) {
      const parsed = ComputerList.safeParse(JSON.parse(list));
      if (!parsed.success) continue;
      lists.set(parsed.data.person, parsed.data);
      for (const { device } of parsed.data.computers) persons.set(device, parsed.data.person);
    }
  };
  read();

  const personOf = (device: string): DeviceId => persons.get(device) ?? (device as DeviceId);
  const isOwn = (device: string): boolean => personOf(device) === personOf(own);

  return {
    /** The first computer of the person to whom a device belongs; the device itself where it is that, or the only one. */
    personOf,
    /** Whether a device is this person's: this one or another. */
    isOwn,
    listOf: (person: string): ComputerList | null => lists.get(person) ?? null,
    /** All computers of the person to whom a device belongs, the first before the others. */
    devicesOf(device: string): DeviceId[] {
      const person = personOf(device);
      return [person, ...(lists.get(person)?.computers ?? []).map((computer) => computer.device)];
    },
    /** Inside a transaction; where that fails, `read` brings back what is on the disk. */
    keep(list: ComputerList): void {
      run(sql.setComputerList, list.person, JSON.stringify(list));
      read();
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
