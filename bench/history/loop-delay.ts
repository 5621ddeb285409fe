import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

/** The result of the work, and the longest time (ms) for which nothing else could run on this thread meanwhile. */
export async function withLongestBlock<T>(work: () => Promise<T>): Promise<{ result: T; blockedMs: number }> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const result = await work();
  delays.disable();
  return { result, blockedMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) };
}
