import type { Room, ServerHost } from '@parley/shared/model';
import type { Clock } from '../ports.ts';

/** Changes within this time are told once. */
const TOGETHER_MS = 20;
/**
 * How long reading the list pauses after it was read, in times that reading took: with many rooms, while many messages come, others wait for
 * the same thread. A change is told after the longest pause at the latest.
 */
const PAUSE_RATIO = 20;
const PAUSE_MAX_MS = 500;

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
  let isChanged = false;
  let isReading = false;
  let pauseUntil = Number.NEGATIVE_INFINITY;
  const now = () => ports.clock.monotonicMs();
  const refresh = async () => {
    const items = await ports.list();
    rooms = items;
    return items;
  };
  const read = async () => {
    isReading = true;
    const startedAt = now();
    try {
      ports.told(await refresh());
    } catch (error) {
      ports.failed(error);
    }
    isReading = false;
    pauseUntil = now() + Math.min(PAUSE_MAX_MS, PAUSE_RATIO * (now() - startedAt));
    readSoon();
  };
  const readSoon = () => {
    if (!isChanged || isReading || undoSoon || closed) return;
    undoSoon = ports.clock.after(Math.max(TOGETHER_MS, pauseUntil - now()), () => {
      undoSoon = undefined;
      isChanged = false;
      void read();
    });
  };
  return {
    refresh,
    changed() {
      isChanged = true;
      readSoon();
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
