import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** A fault that an admin should correct while the server runs on. */
export type Warning = { key: string; sentence: string; since: number; acknowledged: boolean };

/** More than this many are not kept: each key is one kind of fault, and there are few kinds. */
const KEPT_MAX = 50;

export interface Warnings {
  /**
   * Keeps a sentence for the admin page, and logs it when it is new under its key. A key is one kind of fault: a later
   * sentence replaces the earlier one.
   */
  warn(key: string, sentence: string): void;
  /** The fault is corrected. */
  clear(key: string): void;
  /** An admin has seen it: it stays until it is corrected, and is not pressed any more. False where there is no such warning. */
  acknowledge(key: string): boolean;
  /** The warnings that stand now, oldest first; `since` in milliseconds since 1970. */
  current(): readonly Warning[];
}

/**
 * The faults that the server found in its configuration or its surroundings, for the log and the admin page. `logged` are
 * sentences that are in the log already.
 */
export function createWarnings(clock: Clock, log: Log, logged: readonly string[] = []): Warnings {
  const kept = new Map<string, Warning>(
    logged.map((sentence) => [sentence, { key: sentence, sentence, since: clock.now(), acknowledged: false }]),
  );
  return {
    warn(key, sentence) {
      const before = kept.get(key);
      if (before?.sentence === sentence) return;
      log.warn({ warning: key }, sentence);
      if (before || kept.size < KEPT_MAX)
        kept.set(key, { key, sentence, since: before?.since ?? clock.now(), acknowledged: false });
    },
    clear(key) {
      if (kept.delete(key)) log.info({ warning: key }, 'a warning is over');
    },
    acknowledge(key) {
      const found = kept.get(key);
      if (found) kept.set(key, { ...found, acknowledged: true });
      return found !== undefined;
    },
    current: () => [...kept.values()],
  };
}
