import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Clock, repeat } from '../clock.ts';

const LOOK_EVERY_MS = 500;
const RESOLUTION_MS = 10;

/** How late the event loop ran since the last call, in milliseconds (median), with the undo. */
export function watchLoop(): { delayMs: () => number; close: () => void } {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    delayMs() {
      // The histogram measures its own resolution along. The median: one long task is no overload.
      const delayMs = delays.count === 0 ? 0 : Math.max(0, delays.percentile(50) / 1e6 - RESOLUTION_MS);
      delays.reset();
      return delayMs;
    },
    close: () => void delays.disable(),
  };
}

export interface LoadGauge {
  /** Whether newcomers are to be turned away for now. */
  isBusy: () => boolean;
  close(): void;
}

/**
 * Tells an overloaded server from a fast one by how late its event loop runs. It calls itself busy over the threshold and
 * free again under half of it, so that it does not flutter. 0 never calls itself busy.
 */
export function createLoadGauge(thresholdMs: number, clock: Clock, delayMs: () => number): LoadGauge {
  let busy = false;
  const stop = repeat(clock, LOOK_EVERY_MS, () => {
    const now = delayMs();
    busy = thresholdMs > 0 && now > (busy ? thresholdMs / 2 : thresholdMs);
  });
  return { isBusy: () => busy, close: stop };
}
