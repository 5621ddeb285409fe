import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { ParentFigures, Siblinghood, Snapshot } from '../metrics/snapshot.ts';

/** The environment that makes a process a worker: the key of the names for rooms in logs, the same in all of them. */
export const WORKER_KEY = 'PARLEY_WORKER_KEY';
/** The place of a worker among them, from 1; whoever replaces one that died takes its place. */
export const WORKER_PLACE = 'PARLEY_WORKER_PLACE';
/** When the parent started, in milliseconds since 1970. */
export const WORKER_SINCE = 'PARLEY_WORKER_SINCE';

/** The other workers of this computer: what is asked of the server is asked of all of them. */
export interface Siblings {
  /**
   * The figures of the others. Of who does not answer soon they are the last ones, because totals that fall look like a restart.
   */
  snapshots(): Promise<Siblinghood>;
  /** Tells all of them, this one among them, to send newcomers elsewhere, or to take them again. */
  drain(draining: boolean): void;
  close(): void;
}

const ANSWER_MS = 1_000;

/** What workers and their parent say to each other besides the backplane. `from` is the worker that asked. */
export const SiblingMessage = z.discriminatedUnion('parley', [
  z.object({ parley: z.literal('snapshot-wanted'), request: z.number(), from: z.number().optional() }),
  z.object({ parley: z.literal('snapshot'), request: z.number(), from: z.number(), snapshot: z.unknown() }),
  z.object({
    parley: z.literal('snapshots'),
    request: z.number(),
    snapshots: z.array(z.unknown()),
    parent: z.unknown(),
  }),
  z.object({ parley: z.literal('drain'), draining: z.boolean() }),
  z.object({ parley: z.literal('drain-wanted') }),
]);
export type SiblingMessage = z.infer<typeof SiblingMessage>;

export type SiblingPorts = {
  clock: Clock;
  own: () => Snapshot;
  onDrain: (draining: boolean) => void;
  send: (message: SiblingMessage) => void;
  onMessage: (listener: (message: unknown) => void) => () => void;
};

/** The worker's side: its parent passes everything on. */
export function meetSiblings({ clock, own, onDrain, send, onMessage }: SiblingPorts): Siblings {
  let last = 0;
  let latest: Siblinghood = { snapshots: [], parent: undefined };
  const waiting = new Map<number, () => void>();
  const stop = onMessage((raw) => {
    const parsed = SiblingMessage.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.parley) {
      case 'snapshot-wanted':
        if (message.from !== undefined)
          send({ parley: 'snapshot', request: message.request, from: message.from, snapshot: own() });
        return;
      case 'snapshots':
        // Made by this same program in other processes.
        latest = { snapshots: message.snapshots as Snapshot[], parent: message.parent as ParentFigures };
        waiting.get(message.request)?.();
        return;
      case 'drain':
        onDrain(message.draining);
        return;
      case 'snapshot':
      case 'drain-wanted':
    }
  });
  // Answered before this worker listens, because that is asked of the same parent later.
  send({ parley: 'drain-wanted' });
  return {
    snapshots() {
      const request = ++last;
      return new Promise((resolve) => {
        const settle = (): void => {
          cancel();
          waiting.delete(request);
          resolve(latest);
        };
        const cancel = clock.after(ANSWER_MS, settle);
        waiting.set(request, settle);
        send({ parley: 'snapshot-wanted', request });
      });
    },
    drain: (draining) => send({ parley: 'drain', draining }),
    close: stop,
  };
}

/** The parent's side. `workers` are those that are connected now, by id; `figures` are the parent's own. */
export function introduceSiblings(
  clock: Clock,
  workers: () => ReadonlyMap<number, (message: SiblingMessage) => void>,
  figures: () => ParentFigures,
): (from: number, raw: unknown) => void {
  const open = new Map<string, { missing: Set<number>; finish: () => void }>();
  /** The last figures of each worker. */
  const latest = new Map<number, unknown>();
  /** The last word on it, for workers that come later. */
  let drain: SiblingMessage | undefined;
  return (from, raw) => {
    const parsed = SiblingMessage.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.parley) {
      case 'snapshot-wanted': {
        const { request } = message;
        const key = `${from}:${request}`;
        const others = [...workers()].filter(([id]) => id !== from);
        const finish = (): void => {
          cancel();
          if (!open.delete(key)) return;
          const connected = workers();
          for (const id of latest.keys()) if (!connected.has(id)) latest.delete(id);
          const snapshots = [...latest].filter(([id]) => id !== from).map(([, snapshot]) => snapshot);
          connected.get(from)?.({ parley: 'snapshots', request, snapshots, parent: figures() });
        };
        // A little less than the one who asked waits.
        const cancel = clock.after(ANSWER_MS * 0.8, finish);
        open.set(key, { missing: new Set(others.map(([id]) => id)), finish });
        if (others.length === 0) finish();
        for (const [, send] of others) send({ parley: 'snapshot-wanted', request, from });
        return;
      }
      case 'snapshot': {
        latest.set(from, message.snapshot);
        const gathering = open.get(`${message.from}:${message.request}`);
        if (!gathering?.missing.delete(from)) return;
        if (gathering.missing.size === 0) gathering.finish();
        return;
      }
      case 'drain':
        drain = message;
        for (const send of workers().values()) send(message);
        return;
      case 'drain-wanted':
        if (drain) workers().get(from)?.(drain);
        return;
      case 'snapshots':
    }
  };
}
