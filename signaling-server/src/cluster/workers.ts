import cluster, { type Worker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { ServerReport } from '@parley/shared/protocol';
import { z } from 'zod';
import { type Clock, repeat } from '../clock.ts';
import type { Log } from '../log.ts';
import { NODE_TTL_MS } from './backplane.ts';

/** How often the parent asks each worker whether it is there. */
const HEARTBEAT_EVERY_MS = 1_000;
/** A worker that dies again and again is not started without a pause. */
const RESTART_FIRST_MS = 200;
const RESTART_MAX_MS = 10_000;

/** The environment variable that makes a process a worker, and tells it what it has in common with the others. */
export const WORKER_ENV = 'PARLEY_WORKER';

const WorkerPlace = z.object({
  /** The place of a worker among them, from 1; a replacement takes the place of the worker that died. */
  place: z.number().int().positive(),
  /** Key of the names for rooms and addresses in logs and metrics, hexadecimal. */
  pseudonymKey: z.string(),
  /** When the parent started, in milliseconds since 1970. */
  startedAt: z.number(),
  /** The name of this group of workers, new with every start of their parent. */
  group: z.string(),
  /** How many workers had been replaced when this one was started, itself included. */
  replaced: z.number().int(),
});
export type WorkerPlace = z.infer<typeof WorkerPlace>;

/** The parent's message to this process, if it is a worker. */
export function readWorkerPlace(text: string | undefined): WorkerPlace | undefined {
  return cluster.isWorker && text !== undefined ? WorkerPlace.parse(JSON.parse(text)) : undefined;
}

const Heartbeat = z.object({ parley: z.literal('heartbeat') });
const HEARTBEAT: z.infer<typeof Heartbeat> = { parley: 'heartbeat' };

/** The worker's side: answers its parent for as long as this process does anything. */
export function answerHeartbeats(): void {
  process.on('message', (raw: unknown) => {
    if (Heartbeat.safeParse(raw).success) process.send?.(HEARTBEAT);
  });
}

export interface WorkerGroup {
  /** Resolves with the port once the first of them listens; rejects when none can. */
  listening: Promise<number>;
  /** Stops all of them in order; resolves with whether all ended well. */
  stop(): Promise<boolean>;
}

/**
 * Starts `count` workers that share one port; what else they share, they share over Redis. WebSocket alone is spoken, so
 * a client stays with its worker by the connection itself. A worker that dies is replaced, and its clients come back to
 * the others. A worker that hangs is killed and replaced as well.
 */
export function startWorkers(count: number, clock: Clock, log: Log): WorkerGroup {
  const common = {
    pseudonymKey: randomBytes(32).toString('hex'),
    startedAt: clock.now(),
    group: randomBytes(9).toString('base64url'),
  };
  let replaced = 0;
  const live = new Map<number, Worker>();
  /** Workers that closed everything in order and then did not end. */
  const lateToEnd = new Set<Worker>();
  let stopping = false;
  let failures = 0;
  const listening = Promise.withResolvers<number>();

  const start = (place: number): void => {
    const told: WorkerPlace = { ...common, place, replaced };
    const worker = cluster.fork({ [WORKER_ENV]: JSON.stringify(told) });
    live.set(worker.id, worker);
    const watch = watchWorker(worker, clock, () => {
      log.error({ pid: worker.process.pid, silentMs: NODE_TTL_MS }, 'worker answers nothing and is killed');
      if (!worker.isConnected()) lateToEnd.add(worker);
      // Whatever it hangs in, it cannot miss this; the end of a Node process can hang too (nodejs/node#54918).
      worker.process.kill('SIGKILL');
    });
    worker.on('message', (raw: unknown) => {
      watch.heard(raw);
      const said = ServerReport.safeParse(raw);
      if (!said.success) return;
      if (said.data.type === 'listening') {
        failures = 0;
        listening.resolve(said.data.port);
      } else listening.reject(Object.assign(new Error('could not start'), { code: said.data.code }));
    });
    worker.on('error', (failure) => log.error({ err: failure }, 'worker failed'));
    worker.once('exit', (code, signal) => {
      live.delete(worker.id);
      watch.stop();
      if (stopping) return;
      failures += 1;
      listening.reject(new Error('could not start'));
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

  return {
    listening: listening.promise,
    async stop() {
      stopping = true;
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

/**
 * Asks a worker each second whether it is there, from its first word on. Counted in heartbeats, so that a stall of the parent
 * is not taken for one of the worker.
 */
function watchWorker(worker: Worker, clock: Clock, onSilent: () => void): { heard(raw: unknown): void; stop(): void } {
  let isStarted = false;
  let unanswered = 0;
  const stop = repeat(clock, HEARTBEAT_EVERY_MS, () => {
    if (!isStarted) return;
    unanswered += 1;
    // A worker that has just ended is not connected any more.
    if (unanswered === 1 && worker.isConnected()) worker.send(HEARTBEAT);
    if (unanswered * HEARTBEAT_EVERY_MS <= NODE_TTL_MS) return;
    stop();
    onSilent();
  });
  return {
    heard(raw) {
      isStarted = true;
      if (Heartbeat.safeParse(raw).success) unanswered = 0;
    },
    stop,
  };
}
