import { Worker } from 'node:worker_threads';
import type { Entry, Preparing } from '@parley/shared/model';
import { type Outcome, ParleyError, type RoomId, unwrap } from '@parley/shared/protocol';
import type { Log } from '../ports.ts';
import type { Gone } from './forgetting-store.ts';
import type { HistoryStore } from './history-store.ts';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './history-worker.ts';
import type { RecordAnswer } from './record-parts.ts';
import type { Recovery } from './repair.ts';
import { createSignatureChecks } from './signature-checks.ts';

type Async<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;

/** The store's own calls, each answered by the worker once it is durable. Rejects with ParleyErrors. */
export type HistoryClient = {
  [N in Exclude<keyof HistoryStore, 'record' | 'recordPart' | 'recordedItems'>]: Async<HistoryStore[N]>;
} & {
  /** The same once the signatures are checked, in parts: calls that are made after it may come before it and between its entries. */
  record(roomId: RoomId, entries: readonly Entry[]): Promise<RecordAnswer>;
  /** Copies the whole history to a new file, beside the other calls. */
  copyTo(target: string): Promise<void>;
  /** Ends the copy that is being made: it rejects with `cancelled`. */
  stopCopying(): Promise<void>;
  close(): Promise<void>;
};

export type HistoryOpened = {
  history: HistoryClient;
  /** How a damaged file was brought back at this start. */
  recovered: Recovery | null;
  /**
   * Tells of messages that disappeared, because their time is over. It tells first of those that went before the call, which may be many
   * after a long absence. One listener.
   */
  onGone(listener: (messages: Gone[]) => void): void;
};

/** Starts the history's worker thread and waits until the file is open. Rejects with a ParleyError when it cannot be. */
export async function startHistory(options: {
  file: string;
  seed: Uint8Array;
  log: Log;
  workerUrl?: URL | undefined;
  slowQueryMs?: number;
  slowStatementMs?: number;
  backupDelayMs?: number;
  /** The file of an earlier version is brought to this one: so many messages of all. */
  migrating?: (progress: Preparing) => void;
  /** The file turned out to be damaged while it was in use. */
  recoveredLater?: (recovery: Recovery) => void;
}): Promise<HistoryOpened> {
  const { file, seed, log, slowQueryMs = 100, slowStatementMs = 50, backupDelayMs = 60_000 } = options;
  const awaited = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: WorkerStart = { awaited, file, seed, slowQueryMs, slowStatementMs, backupDelayMs };
  const worker = new Worker(options.workerUrl ?? new URL('./history-worker.ts', import.meta.url), { workerData });
  const waiting = new Map<number, (outcome: Outcome<unknown>) => void>();
  let nextId = 1;
  let ended = false;
  const untold: Gone[] = [];
  let toldGone: ((messages: Gone[]) => void) | undefined;

  const opened = new Promise<Outcome<Recovery | null>>((resolve) => {
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'opened') resolve(answer.outcome);
      else if (answer.kind === 'migrating') options.migrating?.({ done: answer.done, total: answer.total });
      else if (answer.kind === 'slow')
        log.warn('slow history call', { name: answer.name, durationMs: answer.durationMs });
      else if (answer.kind === 'slow-statement') {
        const { name, durationMs, rows, plan } = answer;
        log.warn('slow statement', { name, durationMs, rows, plan });
      } else if (answer.kind === 'recovered') {
        log.warn('history repaired', { how: answer.recovery.how });
        options.recoveredLater?.(answer.recovery);
      } else if (answer.kind === 'gone') {
        if (toldGone) toldGone(answer.messages);
        else untold.push(...answer.messages);
      } else if (answer.kind === 'not-erased')
        log.warn('messages whose time is over could not be erased', { code: answer.outcome.code });
      else if (answer.kind === 'backup') {
        if (answer.outcome.ok) log.info('history backed up');
        else log.warn('history could not be backed up', { code: answer.outcome.code });
      } else {
        waiting.get(answer.id)?.(answer.outcome);
        waiting.delete(answer.id);
      }
    });
    worker.on('error', (error) => log.error('the history worker failed', { name: error.name }));
    worker.on('exit', () => {
      ended = true;
      const refusal = new ParleyError('internal').toRefusal();
      resolve(refusal);
      for (const settle of waiting.values()) settle(refusal);
      waiting.clear();
    });
  });

  const ask = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    if (ended) throw new ParleyError('internal');
    const outcome = await new Promise<Outcome<unknown>>((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      const request: WorkerRequest = { id, name, args };
      worker.postMessage(request);
      // After a post that succeeded: only what arrives is counted down.
      if (name !== 'record') Atomics.add(awaited, 0, 1);
    });
    return unwrap(outcome);
  };

  let recovered: HistoryOpened['recovered'];
  try {
    recovered = unwrap(await opened);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  // Signatures are checked here, while the worker records what came before. Entries go to it in the order in which they came.
  const { areSigned } = createSignatureChecks();
  let checking: Promise<unknown> = Promise.resolve();
  const record = async (roomId: RoomId, entries: readonly Entry[]): Promise<unknown> => {
    // One batch at a time: what else waits for Node's thread pool is not held up by thousands of checks.
    const turn = checking.then(() => areSigned(entries));
    checking = turn.catch(() => {});
    return ask('record', [roomId, entries, await turn]);
  };
  const close = async () => {
    await checking;
    if (ended) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    await ask('close', []);
    await exited;
  };
  // The names are the store's own: the mapped type above keeps calls and answers together.
  const history = new Proxy({} as HistoryClient, {
    get: (_, name) => {
      if (name === 'close') return close;
      if (name === 'record') return record;
      if (name === 'then' || typeof name === 'symbol') return undefined;
      return (...args: unknown[]) => ask(name, args);
    },
  });
  const onGone = (listener: (messages: Gone[]) => void) => {
    toldGone = listener;
    if (untold.length > 0) listener(untold.splice(0));
  };
  return { history, recovered, onGone };
}
