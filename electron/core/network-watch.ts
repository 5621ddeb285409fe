import { networkInterfaces } from 'node:os';
import type { NetworkChange } from '@parley/shared/bridge';
import { repeat } from '@parley/shared/timing';
import type { Clock } from './ports.ts';

const EVERY_MS = 1_000;
/** A look that comes this much too late, or a wall clock that went on by so much more, means that the computer slept or stood still. */
const ASLEEP_MS = 5_000;

/** The addresses by which this computer reaches others. */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // Those of one cable alone say nothing about the way out.
  return all.flatMap(({ internal, address }) => (internal || address.startsWith('fe80:') ? [] : [address]));
}

export type NetworkWatchPorts = {
  clock: Clock;
  addresses: () => readonly string[];
  changed: (how: NetworkChange) => void;
};

/**
 * Looks every second whether the addresses of this computer changed, and whether it slept: neither a page nor Node is told by the
 * system. The wall clock is only a hint here; one that somebody sets forward has connections looked at that were fine. Returns the undo.
 */
export function watchNetwork({ clock, addresses, changed }: NetworkWatchPorts): () => void {
  let known = new Set(addresses());
  let lookedAt = { monotonicMs: clock.monotonicMs(), wallMs: clock.now() };
  return repeat(clock, EVERY_MS, () => {
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.now() };
    const passedMs = now.monotonicMs - lookedAt.monotonicMs;
    // The monotonic clocks of some systems stand still while the computer sleeps.
    const asleepMs = Math.max(passedMs - EVERY_MS, now.wallMs - lookedAt.wallMs - passedMs);
    lookedAt = now;
    const found = new Set(addresses());
    const isLost = [...known].some((address) => !found.has(address));
    const isFound = [...found].some((address) => !known.has(address));
    known = found;
    if (isLost) changed('lost');
    else if (asleepMs >= ASLEEP_MS) changed('woke');
    else if (isFound) changed('found');
  });
}

/** Runs something from the first use to the end of the last. `begin` returns its undo; ending one use twice is ending it once. */
export function whileUsed(begin: () => () => void): { use(): () => void; close(): void } {
  const uses = new Set<symbol>();
  let end: (() => void) | undefined;
  const stop = (): void => {
    end?.();
    end = undefined;
  };
  return {
    use() {
      const use = Symbol('use');
      uses.add(use);
      end ??= begin();
      return () => {
        if (uses.delete(use) && uses.size === 0) stop();
      };
    },
    close: stop,
  };
}
