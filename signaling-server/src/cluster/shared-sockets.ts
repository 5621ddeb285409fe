import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { addTo, type OpenSockets } from '../limits/open-sockets.ts';
import type { IpcChannel } from './ipc-backplane.ts';

/** After this time the parent is not waited for. */
const ANSWER_MS = 1_000;

/**
 * What a worker has open of an address, all of it and not what changed: whatever the parent missed or took late, the last that it
 * heard is right. With a request it wants to hear what all workers have.
 */
const Opened = z.object({
  parley: z.literal('open-sockets'),
  key: z.string().min(1).max(64),
  count: z.number().int().nonnegative(),
  request: z.number().int().optional(),
});
const Total = z.object({ parley: z.literal('open-sockets-total'), request: z.number().int(), total: z.number().int() });

/** The worker's side. While the parent answers nothing it counts for itself. */
export function shareOpenSockets({ send, onMessage }: IpcChannel, clock: Clock): OpenSockets {
  const own = new Map<string, number>();
  const waiting = new Map<number, (total: number | undefined) => void>();
  let last = 0;
  onMessage((raw) => {
    const parsed = Total.safeParse(raw);
    if (parsed.success) waiting.get(parsed.data.request)?.(parsed.data.total);
  });
  const say = (key: string, count: number, request?: number): void =>
    send({ parley: 'open-sockets', key, count, request });
  const giveBack = (key: string): void => say(key, addTo(own, key, -1));
  return {
    async take(key, max) {
      // The worker's own are among all.
      if ((own.get(key) ?? 0) >= max) return false;
      const count = addTo(own, key, 1);
      const request = ++last;
      const total = await new Promise<number | undefined>((resolve) => {
        const cancel = clock.after(ANSWER_MS, () => settle(undefined));
        const settle = (answer: number | undefined): void => {
          cancel();
          waiting.delete(request);
          resolve(answer);
        };
        waiting.set(request, settle);
        say(key, count, request);
      });
      if ((total ?? count) <= max) return true;
      giveBack(key);
      return false;
    },
    giveBack,
  };
}

/** The parent's side: what each worker has, and who is gone has nothing. */
export function hostOpenSockets(): {
  take(worker: number, raw: unknown, send: (message: object) => void): void;
  drop(worker: number): void;
  /** How many addresses it has in mind. */
  readonly size: number;
} {
  const counts = new Map<string, Map<number, number>>();
  const set = (key: string, worker: number, count: number): void => {
    const workers = counts.get(key) ?? new Map<number, number>();
    if (count > 0) workers.set(worker, count);
    else workers.delete(worker);
    if (workers.size > 0) counts.set(key, workers);
    else counts.delete(key);
  };
  return {
    take(worker, raw, send) {
      const parsed = Opened.safeParse(raw);
      if (!parsed.success) return;
      const { key, count, request } = parsed.data;
      set(key, worker, count);
      if (request === undefined) return;
      let total = 0;
      for (const each of counts.get(key)?.values() ?? []) total += each;
      send({ parley: 'open-sockets-total', request, total });
    },
    drop(worker) {
      for (const key of [...counts.keys()]) set(key, worker, 0);
    },
    get size() {
      return counts.size;
    },
  };
}
