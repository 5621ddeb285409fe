/** Lets every counter through once, in any order, as long as it is not 64 or more behind the highest (RFC 4303 §3.4.3). */
export interface ReplayWindow {
  mayAccept(counter: number): boolean;
  /** Marks the counter as used; false when it may not be accepted. */
  accept(counter: number): boolean;
}

export const REPLAY_WINDOW = 64;

export function createReplayWindow(): ReplayWindow {
  let highest = 0;
  const used = new Set<number>();
  const mayAccept = (counter: number) => counter >= 1 && counter > highest - REPLAY_WINDOW && !used.has(counter);
  return {
    mayAccept,
    accept(counter) {
      if (!mayAccept(counter)) return false;
      used.add(counter);
      if (counter > highest) {
        highest = counter;
        for (const old of used) if (old <= highest - REPLAY_WINDOW) used.delete(old);
      }
      return true;
    },
  };
}
