import type { Room, ServerHost } from '@parley/shared/model';
import type { Clock } from '../ports.ts';

/** Changes within this time are told once. */
const TOGETHER_MS = 20;

/** The list of rooms as it was read last, and the news of its changes. */
export interface RoomWatch {
  /** Reads the list anew. */
  refresh(): Promise<Room[]>;
  /** Something about a room changed: the list is read and told soon. */
  changed(): void;
  /** How many rooms each host has. */
  counts(): ReadonlyMap<ServerHost, number>;
  close(): void;
}

export function createRoomWatch(ports: {
  list: () => Promise<Room[]>;
  clock: Clock;
  told: (items: Room[]) => void;
  failed: (error: unknown) => void;
}): RoomWatch {
  let rooms: readonly Room[] = [];
  let undoSoon: (() => void) | undefined;
  let closed = false;
  const refresh = async () => {
    const items = await ports.list();
    rooms = items;
    return items;
  };
  return {
    refresh,
    changed() {
      if (undoSoon || closed) return;
      undoSoon = ports.clock.after(TOGETHER_MS, () => {
        undoSoon = undefined;
        refresh().then(ports.told, ports.failed);
      });
    },
    counts() {
      const counts = new Map<ServerHost, number>();
      for (const { host } of rooms) counts.set(host, (counts.get(host) ?? 0) + 1);
      return counts;
    },
    close() {
      closed = true;
      undoSoon?.();
    },
  };
}
