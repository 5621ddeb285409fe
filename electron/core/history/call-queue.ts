import { type Outcome, refuse } from '@parley/shared/protocol';
import type { HistoryStore } from './history-store.ts';

export type HistoryCall = { id: number; name: string; args: readonly unknown[] };

/** The calls that only read. They are answered while writes wait; all others but `record` keep their order. */
const READS: ReadonlySet<string> = new Set<keyof HistoryStore>([
  'rooms',
  'room',
  'page',
  'around',
  'search',
  'heads',
  'missing',
  'servers',
]);

type Waiting = { call: HistoryCall; until: number | undefined; paused: boolean };

/** How long a call waits while another program holds the file's write lock. */
export const LOCK_WAIT_MS = 10_000;
const RETRY_MS = 20;

/**
 * Runs calls in the order in which they came, but for `record`: others come before it where it has to wait, and between its parts. A call that
 * finds the file locked is tried again until it is free or its time is over, and the writes behind it wait for their turn.
 */
export function createCallQueue(options: {
  run(call: HistoryCall): Outcome<unknown> | 'paused';
  answer(call: HistoryCall, outcome: Outcome<unknown>): void;
  /** Monotonic, in ms. */
  now(): number;
  /** Returns the undo. */
  after(delayMs: number, work: () => void): () => void;
  /** Calls back when the calls that have come by now were pushed. Returns the undo. */
  soon(work: () => void): () => void;
  waitMs?: number;
}) {
  const { run, answer, now, after, soon, waitMs = LOCK_WAIT_MS } = options;
  let waiting: Waiting[] = [];
  let idle: (() => void)[] = [];
  let undo: (() => void) | undefined;

  /** False when the call has to wait. */
  const attempt = (each: Waiting): boolean => {
    const { call } = each;
    const outcome = run(call);
    each.paused = outcome === 'paused';
    if (outcome === 'paused') {
      each.until = undefined;
      return false;
    }
    if (!outcome.ok && outcome.code === 'history-locked') {
      // The time begins where a lock is met first, not where other calls were served before.
      each.until ??= now() + waitMs;
      if (now() < each.until) return false;
    }
    answer(call, outcome);
    return true;
  };
  const goOn = () => {
    undo = undefined;
    for (let first = waiting[0]; first && attempt(first); first = waiting[0]) waiting.shift();
    wake();
  };
  const wake = () => {
    const [first] = waiting;
    if (first) undo ??= first.paused ? soon(goOn) : after(RETRY_MS, goOn);
    else for (const resolve of idle.splice(0)) resolve();
  };
  const isRecord = ({ call }: Waiting): boolean => call.name === 'record';
  return {
    push(call: HistoryCall): void {
      const each: Waiting = { call, until: undefined, paused: false };
      const first = isRecord(each) ? waiting.length : waiting.findIndex(isRecord);
      const place = first < 0 ? waiting.length : first;
      if ((READS.has(call.name) || place === 0) && attempt(each)) return;
      waiting.splice(place, 0, each);
      wake();
    },
    /** Resolves when nothing waits, or when what waited so long was refused. */
    async settle(graceMs: number): Promise<void> {
      if (waiting.length === 0) return;
      const settled = new Promise<void>((resolve) => idle.push(resolve));
      const stop = after(graceMs, () => {
        undo?.();
        for (const { call } of waiting) answer(call, refuse('history-locked'));
        waiting = [];
        for (const resolve of idle) resolve();
        idle = [];
      });
      await settled;
      stop();
    },
  };
}
