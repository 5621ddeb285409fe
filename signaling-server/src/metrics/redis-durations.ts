import { tracingChannel } from 'node:diagnostics_channel';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { Histograms } from './histograms.ts';

/** The facts that @redis/client publishes about a command; its arguments are left alone. */
const Command = z.object({ command: z.string() });
/** Reads that wait for news on purpose say nothing about how fast Redis is. */
const WAITING = new Set(['XREAD', 'BLPOP', 'WAIT']);

/** Measures every command of this process to Redis, by the diagnostics channels of @redis/client. Returns the undo. */
export function measureRedis(durations: Histograms['redis']): () => void {
  const begun = new WeakMap<object, number>();
  const end = (outcome: 'ok' | 'error') => (message: unknown) => {
    if (typeof message !== 'object' || message === null) return;
    const startedAt = begun.get(message);
    const parsed = Command.safeParse(message);
    if (startedAt === undefined || !parsed.success) return;
    begun.delete(message);
    const command = parsed.data.command.toUpperCase();
    if (!WAITING.has(command)) durations.observe({ command, outcome }, (performance.now() - startedAt) / 1_000);
  };
  const failed = end('error');
  const answered = end('ok');
  const listeners = {
    start: (message: unknown) => {
      if (typeof message === 'object' && message !== null) begun.set(message, performance.now());
    },
    end: () => {},
    asyncStart: () => {},
    // An error comes first, and takes the command's place.
    error: failed,
    asyncEnd: answered,
  };
  const channel = tracingChannel('node-redis:command');
  channel.subscribe(listeners);
  return () => channel.unsubscribe(listeners);
}
