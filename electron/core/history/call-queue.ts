import { type Outcome, refuse } from '@parley/shared/protocol';
import type { HistoryStore } from './history-store.ts';

export type HistoryCall = { id: number; name: string; args: readonly unknown[] };

/** The calls that only read. They are answered while writes wait; all others keep their order. */
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

/** How long a call waits while another program holds the file's write lock. */
export const LOCK_WAIT_MS = 10_000;
const RETRY_MS = 20;

/**
 * Runs calls in the order in which they came. One that finds the file locked is tried again until it is free or its time is
 * over, and the writes behind it wait for their turn.
 */
export function createCallQueue(options: {
  run(call: HistoryCall): Outcome<unknown>;
  answer(call: HistoryCall, outcome: Outcome<unknown>): void;
  /** Monotonic, in ms. */
  now(): number;
  /** Returns the undo. */
  after(delayMs: number, work: () => void): () => void;
  waitMs?: number;
}) {
  const { run, answer, now, after, waitMs = LOCK_WAIT_MS } = options;
  let waiting: { call: HistoryCall; until: number }[] = [];
  let idle: (() => void)[] = [];
  let undo: (() => void) | undefined;

  /** False when the call has to wait. */
  const attempt = (call: HistoryCall, until: number): boolean => {
    const outcome = run(call);
    if (!outcome.ok && outcome.code === 'history-locked' && now() < until) return false;
    answer(call, outcome);
    return true;
  };
  const goOn = () => {
    undo = undefined;
    for (let first = waiting[0]; first && attempt(first.call, first.until); first = waiting[0]) waiting.shift();
    if (waiting.length > 0) undo = after(RETRY_MS, goOn);
    else for (const resolve of idle.splice(0)) resolve();
  };
  return {
    push(call: HistoryCall): void {
      const until = now() + waitMs;
      const mayOvertake = waiting.length === 0 || READS.has(call.name);
      if (mayOvertake && attempt(call, until)) return;
      waiting.push({ call, until });
      undo ??= after(RETRY_MS, goOn);
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
