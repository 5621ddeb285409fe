import type { Soon } from '../soon.ts';

/** How many sockets each address has open. Every place that was taken is given back once. */
export interface OpenSockets {
  /** Takes a place for one more; false, and none taken, when `max` are. Never rejects. */
  take(key: string, max: number): Soon<boolean>;
  giveBack(key: string): void;
}

/** Adds to a count that is kept only while it is not nothing; answers what it is then. */
export function addTo(counts: Map<string, number>, key: string, change: 1 | -1): number {
  const count = Math.max(0, (counts.get(key) ?? 0) + change);
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
  return count;
}

/** For a process that counts for itself. */
export function countOpenSockets() {
  const counts = new Map<string, number>();
  return {
    take(key: string, max: number): boolean {
      if ((counts.get(key) ?? 0) >= max) return false;
      addTo(counts, key, 1);
      return true;
    },
    giveBack: (key: string): void => void addTo(counts, key, -1),
  } satisfies OpenSockets;
}
