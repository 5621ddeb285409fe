import type { DeviceId } from '@parley/shared/protocol';
import type { Queries } from './database.ts';
import type { People } from './people.ts';
import { sql } from './statements.ts';

type PeopleView = Pick<People, 'isOwn' | 'personOf' | 'devicesOf' | 'bondOf' | 'bondedTo'>;

/** The devices that this person blocked. There are few, so they stay in memory. */
export function createBlocks({ all, run }: Pick<Queries, 'all' | 'run'>, people: PeopleView) {
  const blocked = new Map<string, number>();
  const read = () => {
    blocked.clear();
    for (const { device, blocked_at } of all<{ device: string; blocked_at: number }>(sql.blocks))
      blocked.set(device, blocked_at);
  };
  read();

  /** All devices that are, or were, those of the person to whom a device belongs. */
  const devicesOf = (device: DeviceId): DeviceId[] => {
    const person = people.personOf(device);
    return [...new Set([...people.devicesOf(device), ...people.bondedTo(person), device])];
  };

  return {
    devicesOf,
    /** The blocked devices with the time of it, in ms. */
    all: (): ReadonlyMap<string, number> => blocked,
    /**
     * Whether a device is blocked: itself, or any device of its person, also where it became one of theirs later or left them since. One's own
     * devices never are.
     */
    isBlocked(device: string): boolean {
      if (blocked.size === 0 || people.isOwn(device)) return false;
      const former = people.bondOf(device)?.person;
      return (
        blocked.has(device) ||
        (former !== undefined && blocked.has(former)) ||
        people.devicesOf(device).some((each) => blocked.has(each))
      );
    },
    /** Inside a transaction; where that fails, `read` brings back what is on the disk. */
    add(device: DeviceId, at: number): void {
      run(sql.setBlock, device, at);
      if (!blocked.has(device)) blocked.set(device, at);
    },
    /** Likewise. */
    remove(device: DeviceId): void {
      run(sql.removeBlock, device);
      blocked.delete(device);
    },
    read,
  };
}

export type Blocks = ReturnType<typeof createBlocks>;
