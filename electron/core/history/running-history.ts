import type { HistoryItem } from '@parley/shared/model';
import { type Outcome, ParleyError, type Refusal, refusalOf } from '@parley/shared/protocol';
import { signingKeyOf } from '../identity/ed25519.ts';
import { copyInSteps } from './backup.ts';
import { createCallQueue, type HistoryCall } from './call-queue.ts';
import type { Gone } from './forgetting-store.ts';
import { asHistoryError } from './history-errors.ts';
import { createHistoryStore } from './history-store.ts';
import { lifetimeClock, settledClock } from './lifetimes.ts';
import { openHistory } from './open-history.ts';
import { createRecordParts } from './record-parts.ts';
import type { Recovery } from './repair.ts';
import { createStatementWatch, type SlowStatement } from './slow-statements.ts';
import { createSweeper } from './sweeper.ts';
import { createTraces } from './traces.ts';
import { createUpkeep } from './upkeep.ts';

export type HistoryStart = {
  file: string;
  seed: Uint8Array;
  /** A call, and one statement of it, that takes longer is told of. */
  slowQueryMs: number;
  slowStatementMs: number;
  /** Wait before the first look whether a check and a backup are due; starting the app comes first. */
  backupDelayMs: number;
};
export type HistoryNews =
  /** Before it is open: the file of an earlier version is brought to this one. */
  | { kind: 'migrating'; done: number; total: number }
  | { kind: 'answer'; id: number; outcome: Outcome<unknown> }
  | { kind: 'slow'; name: string; durationMs: number }
  | ({ kind: 'slow-statement' } & SlowStatement)
  /** Messages disappeared, because their time is over. */
  | { kind: 'gone'; messages: Gone[] }
  | { kind: 'not-erased'; outcome: Refusal }
  | { kind: 'backup'; outcome: Outcome<null> }
  /** The file turned out to be damaged while it was in use, and was repaired. */
  | { kind: 'recovered'; recovery: Recovery };

/** A file that is found damaged again so soon is not repaired once more: the disk is at fault. */
const REPAIR_AGAIN_MS = 60_000;
/** How long closing waits for writes that wait for another program. */
const CLOSE_GRACE_MS = 3_000;

/**
 * An open history with everything that goes on around it. `say` gets the answers of calls and what else there is to tell. `isAwaited` says
 * whether a call other than `record` is on its way.
 */
export function createRunningHistory(
  start: HistoryStart,
  say: (news: HistoryNews) => void,
  isAwaited: () => boolean = () => false,
) {
  const { file, slowQueryMs, slowStatementMs } = start;
  const key = signingKeyOf(new Uint8Array(start.seed));
  const clocks = { wall: Date.now, monotonic: () => performance.now() };
  const lifetime = lifetimeClock(clocks);
  const settled = settledClock(clocks);
  let repairedAt = Number.NEGATIVE_INFINITY;

  const open = (suspect: boolean) => {
    const opened = openHistory(file, Date.now, {
      suspect,
      migrated: (done, total) => say({ kind: 'migrating', done, total }),
    });
    const { db } = opened;
    // The queue waits for a lock, so that reads are answered meanwhile.
    db.pragma('busy_timeout = 0');
    const watch = createStatementWatch({
      db,
      limitMs: slowStatementMs,
      now: clocks.monotonic,
      say: (slow) => say({ kind: 'slow-statement', ...slow }),
    });
    const store = createHistoryStore({ db, key, now: Date.now, lifetime, watch });
    const traces = createTraces({ db, file, wait });
    const upkeep = createUpkeep({
      db,
      file,
      delayMs: start.backupDelayMs,
      unchecked: !opened.checked && opened.unclean,
      backedUp: () => {
        if (store.forgets()) traces.forgetStaleCopies();
        say({ kind: 'backup', outcome: { ok: true, value: null } });
      },
      failed: (thrown) => say({ kind: 'backup', outcome: asHistoryError(thrown).toRefusal() }),
      damaged: () => void mend(),
    });
    // A deletion may have been the last thing before the app ended.
    if (opened.unclean) traces.deleted();
    upkeep.start();
    const sweeper = createSweeper({
      store,
      settled,
      erased: (messages) => {
        traces.deleted();
        if (messages.length > 0) say({ kind: 'gone', messages });
      },
      failed: (thrown) => say({ kind: 'not-erased', outcome: asHistoryError(thrown).toRefusal() }),
    });
    sweeper.start();
    return { ...opened, traces, upkeep, sweeper, handlers: new Map<string, unknown>(Object.entries(store)) };
  };

  let running: ReturnType<typeof open> | ParleyError = open(false);
  const { recovered } = running;

  /** Closes the file and opens it with all that repairs it; false where it is as before. */
  function mend(): boolean {
    if (running instanceof ParleyError || performance.now() - repairedAt < REPAIR_AGAIN_MS) return false;
    repairedAt = performance.now();
    void running.upkeep.stop();
    running.sweeper.stop();
    running.db.close();
    try {
      running = open(true);
    } catch (thrown) {
      running = asHistoryError(thrown);
      return false;
    }
    parts.repeat();
    if (running.recovered) say({ kind: 'recovered', recovery: running.recovered });
    return running.recovered !== null;
  }

  let isClosing = false;
  const parts = createRecordParts(() => !isClosing && isAwaited());

  function run(call: HistoryCall): Outcome<unknown> | 'paused' {
    const attempt = (): Outcome<unknown> => {
      const { name, args } = parts.storeCall(call);
      return answer(running, name, args);
    };
    const { name } = call;
    const startedAt = performance.now();
    let outcome = attempt();
    if (!outcome.ok && outcome.code === 'history-damaged' && mend()) outcome = attempt();
    if (outcome.ok && name === 'deleteRoom') forget();
    const durationMs = performance.now() - startedAt;
    if (durationMs > slowQueryMs) say({ kind: 'slow', name, durationMs: Math.round(durationMs) });
    return parts.noted(call, outcome);
  }

  /** Answers a call that is done. Words that were erased leave the log first. */
  function settle(call: HistoryCall, last: Outcome<unknown>): void {
    const outcome = parts.whole(call, last, (...about) => answer(running, 'recordedItems', about));
    if (outcome.ok && hasErased(outcome.value) && !(running instanceof ParleyError)) running.traces.deleted();
    say({ kind: 'answer', id: call.id, outcome });
  }

  /** Nothing of what was deleted stays in a copy, nor in one that is being made. */
  function forget(): void {
    if (running instanceof ParleyError) return;
    const { upkeep, traces } = running;
    const ended = upkeep.stop();
    traces.deleted();
    traces.forgetCopies();
    upkeep.start();
    void ended.then(() => traces.forgetCopies());
  }

  const queue = createCallQueue({
    run,
    answer: settle,
    now: () => performance.now(),
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
    soon: (work) => {
      const immediate = setImmediate(work);
      return () => clearImmediate(immediate);
    },
  });

  let copying: Promise<void> = Promise.resolve();
  let copiesStopped = 0;
  /** Copies the open history beside the other calls; it does not wait in the queue. */
  const copyTo = async ({ id, args: [target] }: HistoryCall): Promise<void> => {
    const stoppedBefore = copiesStopped;
    try {
      if (running instanceof ParleyError) throw running;
      const { db } = running;
      const isOver = () =>
        isClosing || copiesStopped !== stoppedBefore || running instanceof ParleyError || running.db !== db;
      await copyInSteps(db, String(target), isOver);
      say({ kind: 'answer', id, outcome: { ok: true, value: null } });
    } catch (thrown) {
      say({ kind: 'answer', id, outcome: refusalOf(asHistoryError(thrown)) });
    }
  };

  return {
    recovered,
    call(call: HistoryCall): void {
      if (call.name === 'copyTo') copying = copying.then(() => copyTo(call));
      else if (call.name === 'stopCopying') {
        copiesStopped++;
        say({ kind: 'answer', id: call.id, outcome: { ok: true, value: null } });
      } else queue.push(call);
    },
    /** Resolves when the file is closed, with nothing of what was deleted in it or beside it. */
    async close(): Promise<void> {
      isClosing = true;
      await Promise.all([queue.settle(CLOSE_GRACE_MS), copying]);
      if (running instanceof ParleyError) return;
      const { upkeep, traces, sweeper } = running;
      sweeper.stop();
      await upkeep.stop();
      await traces.close();
    },
  };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function answer(
  running: { handlers: ReadonlyMap<string, unknown> } | ParleyError,
  name: string,
  args: readonly unknown[],
): Outcome<unknown> {
  try {
    if (running instanceof ParleyError) throw running;
    const handler = running.handlers.get(name);
    if (typeof handler !== 'function') throw new Error('unknown history call');
    return { ok: true, value: Reflect.apply(handler, undefined, args) ?? null };
  } catch (thrown) {
    return refusalOf(asHistoryError(thrown));
  }
}

/** Whether an answer to `compose` or `record` tells of an edited or a deleted message: its words leave the log too. */
function hasErased(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const items =
    'changed' in value && Array.isArray(value.changed) ? value.changed : 'item' in value ? [value.item] : [];
  return items.some((item: Partial<HistoryItem>) => item.edited === true || item.deleted === true);
}
