import { parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '@parley/shared/protocol';
import type { HistoryCall } from './call-queue.ts';
import { asHistoryError } from './history-errors.ts';
import type { Recovery } from './repair.ts';
import { createRunningHistory, type HistoryNews, type HistoryStart } from './running-history.ts';

/**
 * The history's own thread: the only place that writes, off the core's main thread.
 * The device's key comes along, because a message gets its seq, its clock and its signature in one transaction;
 * this thread lives in the core's process and never talks to a page.
 */
export type WorkerStart = HistoryStart & {
  /** One number: how many calls other than `record` are on their way to this thread. Recording pauses for them. */
  awaited: Int32Array;
};
export type WorkerRequest = HistoryCall;
export type WorkerAnswer = HistoryNews | { kind: 'opened'; outcome: Outcome<Recovery | null> };

const port = parentPort;
if (!port) throw new Error('the history worker runs as a worker');
// Both ends of this port are ours and are typed by these two declarations; nothing foreign can reach it.
const start: WorkerStart = workerData;
const say = (answer: WorkerAnswer) => port.postMessage(answer);

try {
  const history = createRunningHistory(start, say, () => Atomics.load(start.awaited, 0) > 0);
  port.on('message', (request: WorkerRequest) => {
    if (request.name !== 'record') Atomics.sub(start.awaited, 0, 1);
    if (request.name !== 'close') return history.call(request);
    const closed = (outcome: Outcome<null>) => {
      say({ kind: 'answer', id: request.id, outcome });
      port.close();
    };
    history.close().then(
      () => closed({ ok: true, value: null }),
      (thrown: unknown) => closed(asHistoryError(thrown).toRefusal()),
    );
  });
  say({ kind: 'opened', outcome: { ok: true, value: history.recovered } });
} catch (thrown) {
  say({ kind: 'opened', outcome: asHistoryError(thrown).toRefusal() });
  port.close();
}
