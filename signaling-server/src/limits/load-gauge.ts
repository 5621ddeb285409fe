import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type Clock, repeat } from '../clock.ts';

const LOOK_EVERY_MS = 500;
const RESOLUTION_MS = 10;

/** From this share of the time on that the event loop had something to do, newcomers wait for the server and not for themselves. */
const SATURATED_SHARE = 0.8;

/** The event loop since the last call of each. */
export type LoopReading = {
  /** How late it ran, in milliseconds (median). */
  delayMs: () => number;
  /** The share of the time in which it had something to do. */
  busyShare: () => number;
};

/** Watches the event loop of this process, with the undo. */
export function watchLoop(): LoopReading & { close: () => void } {
  let before = performance.eventLoopUtilization();
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    delayMs() {
      // The histogram measures its own resolution along. The median: one long task is no overload.
      const delayMs = delays.count === 0 ? 0 : Math.max(0, delays.percentile(50) / 1e6 - RESOLUTION_MS);
      delays.reset();
      return delayMs;
    },
    busyShare() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    close: () => void delays.disable(),
  };
}

/**
 * Tells an overloaded server from a fast one by how late its event loop runs. It calls itself busy over the threshold and
 * free again under half of it, so that it does not flutter. With 0 it is neither.
 */
export function createLoadGauge(thresholdMs: number, clock: Clock, loop: LoopReading) {
  let busy = false;
  let saturated = false;
  const stop = repeat(clock, LOOK_EVERY_MS, () => {
    const now = loop.delayMs();
    saturated = thresholdMs > 0 && loop.busyShare() > SATURATED_SHARE;
    busy = thresholdMs > 0 && now > (busy ? thresholdMs / 2 : thresholdMs);
  });
  return {
    /** Whether newcomers are to be turned away for now. */
    isBusy: () => busy,
    /** Whether the event loop has hardly a moment to spare: then those who wait, wait for it. */
    isSaturated: () => saturated,
    close: stop,
  };
}
