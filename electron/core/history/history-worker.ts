import { parentPort, workerData } from 'node:worker_threads';
import { type Outcome, refusalOf } from '@parley/shared/protocol';
import { signingKeyOf } from '../identity/ed25519.ts';
import { BACKUP_EVERY_MS, backUpIfOld, forgetBackups } from './backup.ts';
import { createHistoryStore } from './history-store.ts';
import { asHistoryError, openHistory } from './open-history.ts';

/**
 * The history's own thread: the only place that writes, off the core's main thread.
 * The device's key comes along, because a message gets its seq, its clock and its signature in one transaction;
 * this thread lives in the core's process and never talks to a page.
 */
export type WorkerStart = {
  file: string;
  seed: Uint8Array;
  slowQueryMs: number;
  /** Wait before the first look whether a backup is due; starting the app comes first. */
  backupDelayMs: number;
};
export type WorkerRequest = { id: number; name: string; args: readonly unknown[] };
export type WorkerAnswer =
  | { kind: 'opened'; outcome: Outcome<{ setAsideAs: string; fromBackup: boolean } | null> }
  | { kind: 'answer'; id: number; outcome: Outcome<unknown> }
  | { kind: 'slow'; name: string; durationMs: number }
  | { kind: 'backup'; outcome: Outcome<null> };

const port = parentPort;
if (!port) throw new Error('the history worker runs as a worker');
// Both ends of this port are ours and are typed by these two declarations; nothing foreign can reach it.
const start: WorkerStart = workerData;
const say = (answer: WorkerAnswer) => port.postMessage(answer);

try {
  const { db, recovered } = openHistory(start.file, Date.now);
  const key = signingKeyOf(new Uint8Array(start.seed));
  const store = createHistoryStore({ db, key, now: Date.now });

  let copying: Promise<void> = Promise.resolve();
  let closing = false;
  let next: NodeJS.Timeout | undefined;
  const backUpIn = (delayMs: number) => {
    clearTimeout(next);
    next = setTimeout(() => {
      copying = backUpIfOld(db, start.file, Date.now()).then(
        (made) => {
          if (made) say({ kind: 'backup', outcome: { ok: true, value: null } });
        },
        (thrown: unknown) => {
          if (!closing) say({ kind: 'backup', outcome: asHistoryError(thrown).toRefusal() });
        },
      );
      backUpIn(BACKUP_EVERY_MS / 4);
    }, delayMs);
  };
  backUpIn(start.backupDelayMs);

  const handlers = new Map<string, unknown>(Object.entries(store));
  port.on('message', ({ id, name, args }: WorkerRequest) => {
    if (name === 'close') {
      closing = true;
      clearTimeout(next);
      // A copy that is under way ends with the connection.
      db.close();
      void copying.then(() => {
        say({ kind: 'answer', id, outcome: { ok: true, value: null } });
        port.close();
      });
      return;
    }
    const startedAt = performance.now();
    say({ kind: 'answer', id, outcome: answer(handlers.get(name), args) });
    if (name === 'deleteRoom') {
      forgetBackups(start.file);
      backUpIn(start.backupDelayMs);
    }
    const durationMs = performance.now() - startedAt;
    if (durationMs > start.slowQueryMs) say({ kind: 'slow', name, durationMs: Math.round(durationMs) });
  });
  say({ kind: 'opened', outcome: { ok: true, value: recovered } });
} catch (thrown) {
  say({ kind: 'opened', outcome: asHistoryError(thrown).toRefusal() });
  port.close();
}

function answer(handler: unknown, args: readonly unknown[]): Outcome<unknown> {
  try {
    if (typeof handler !== 'function') throw new Error('unknown history call');
    return { ok: true, value: Reflect.apply(handler, undefined, args) ?? null };
  } catch (thrown) {
    return refusalOf(asHistoryError(thrown));
  }
}
