import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { ServerReport } from '@parley/shared/protocol';
import { RateLimiterClusterMaster } from 'rate-limiter-flexible';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { processFigures } from '../metrics/metrics.ts';
import { NODE_TTL_MS } from './backplane.ts';
import { hostBackplane } from './ipc-backplane.ts';
import { MemoryHub } from './memory-hub.ts';
import { watchWorker } from './pulse.ts';
import { hostOpenSockets } from './shared-sockets.ts';
import { introduceSiblings, type SiblingMessage, WORKER_KEY, WORKER_PLACE, WORKER_SINCE } from './siblings.ts';

/** A worker that dies again and again is not started without a pause. */
const RESTART_FIRST_MS = 200;
const RESTART_MAX_MS = 10_000;

export interface WorkerGroup {
  /** Resolves with the port once the first of them listens; rejects when none can. */
  listening: Promise<number>;
  /** Stops all of them in order; resolves with whether all ended well. */
  stop(): Promise<boolean>;
}

/**
 * Starts `count` workers that share one port, one memory of rooms and one count of limits. WebSocket alone is spoken, so
 * a client stays with its worker by the connection itself. A worker that dies is replaced; its people come back to the others.
 * One that hangs is ended and replaced as well.
 */
export function startWorkers(count: number, clock: Clock, log: Log): WorkerGroup {
  const hub = new MemoryHub(clock);
  // Counts for all workers; the library listens to them by itself.
  new RateLimiterClusterMaster();
  const openSockets = hostOpenSockets();
  const key = randomBytes(32).toString('hex');
  const since = String(clock.now());
  let replaced = 0;
  const live = new Map<number, Worker>();
  /** Such as closed everything in order and then did not end. */
  const lateToEnd = new Set<Worker>();
  const send = (worker: Worker, message: object): void => {
    // Between death and its news there is nobody to hear.
    if (worker.isConnected()) worker.send(message);
  };
  const passOn = introduceSiblings(
    clock,
    () => new Map([...live].map(([id, worker]) => [id, (message: SiblingMessage) => send(worker, message)])),
    () => ({ process: processFigures(), workersReplaced: replaced }),
  );
  let stopping = false;
  let failures = 0;
  let report: { resolve: (port: number) => void; reject: (reason: Error & { code?: string }) => void } | undefined;
  const listening = new Promise<number>((resolve, reject) => {
    report = { resolve, reject };
  });

  const start = (place: number): void => {
    const worker = cluster.fork({ [WORKER_KEY]: key, [WORKER_PLACE]: String(place), [WORKER_SINCE]: since });
    live.set(worker.id, worker);
    const watch = watchWorker({
      clock,
      ask: (message) => send(worker, message),
      onSilent() {
        log.error({ pid: worker.process.pid, silentMs: NODE_TTL_MS }, 'worker answers nothing and is killed');
        host.drop();
        if (!worker.isConnected()) lateToEnd.add(worker);
        // Whatever it hangs in, it cannot miss this; the end of a Node process can hang too (nodejs/node#54918).
        worker.process.kill('SIGKILL');
      },
    });
    const host = hostBackplane(hub, (message) => send(worker, message), watch.admits);
    worker.on('message', (raw: unknown) => {
      watch.take(raw);
      host.take(raw);
      openSockets.take(worker.id, raw, (message) => send(worker, message));
      passOn(worker.id, raw);
      const said = ServerReport.safeParse(raw);
      if (!said.success) return;
      if (said.data.type === 'listening') {
        failures = 0;
        report?.resolve(said.data.port);
      } else report?.reject(Object.assign(new Error('could not start'), { code: said.data.code }));
    });
    worker.on('error', (failure) => log.error({ err: failure }, 'worker failed'));
    worker.once('exit', (code, signal) => {
      live.delete(worker.id);
      watch.stop();
      host.drop();
      openSockets.drop(worker.id);
      if (stopping) return;
      failures += 1;
      report?.reject(new Error('could not start'));
      const delayMs = Math.min(RESTART_MAX_MS, RESTART_FIRST_MS * 2 ** Math.min(failures, 10));
      log.error({ code, signal, againInMs: delayMs }, 'worker ended; another takes its place');
      clock.after(delayMs, () => {
        if (stopping) return;
        replaced += 1;
        start(place);
      });
    });
  };
  for (let place = 1; place <= count; place++) start(place);
  const stopSweeping = hub.keepSwept();

  return {
    listening,
    async stop() {
      stopping = true;
      stopSweeping();
      const ends = await Promise.all(
        [...live.values()].map(
          (worker) =>
            new Promise<boolean>((resolve) => {
              worker.once('exit', (code: number | null, signal) =>
                // Ended by the signal itself: it had not begun to listen to signals, or to anybody.
                resolve(code === 0 || signal === 'SIGTERM' || lateToEnd.has(worker)),
              );
              // Not worker.kill, which closes the channel first: the worker still has to hand its rooms over.
              worker.process.kill('SIGTERM');
            }),
        ),
      );
      return ends.every((well) => well);
    },
  };
}
