import type { Gone } from './forgetting-store.ts';
import type { HistoryStore } from './history-store.ts';

/** How often is looked for messages whose time is over: so much later than said they may disappear. */
const LOOK_EVERY_MS = 5_000;
/** The time that other calls get between two steps. */
const PAUSE_MS = 20;

/**
 * Erases messages whose time is over, and drops those that are older than their room keeps any, while the app runs, some at a time. `erased` hears of each step that erased anything: the words are to leave the log as
 * well. `failed` hears of a step that the disk did not take; the next look tries again.
 */
export function createSweeper(options: {
  store: Pick<HistoryStore, 'expire' | 'forget'>;
  /** The time by which old messages are dropped; null while it cannot be told. */
  settled(): number | null;
  erased(gone: Gone[]): void;
  failed(thrown: unknown): void;
}) {
  const { store, settled, erased, failed } = options;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    let more = false;
    try {
      const nowMs = settled();
      for (const step of [store.expire(), ...(nowMs === null ? [] : [store.forget(nowMs)])]) {
        more ||= step.more;
        if (step.erased > 0) erased(step.gone);
      }
    } catch (thrown) {
      failed(thrown);
    }
    timer = setTimeout(look, more ? PAUSE_MS : LOOK_EVERY_MS);
  };
  return {
    start: look,
    stop: () => clearTimeout(timer),
  };
}
