import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { z } from 'zod';
import type { Check } from '../answers.ts';

export type CheckResult = z.infer<typeof Check>;

export type Measure = {
  /** From which value on the server calls itself degraded. */
  threshold: number;
  unit: string;
  read: () => number | null | Promise<number | null>;
  /** Asked after `read`. */
  reason?: () => string | undefined;
};

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

export interface HealthChecks {
  run(): Promise<Record<string, CheckResult>>;
  /** 99th percentile of how late the event loop ran in the current period, in milliseconds. */
  eventLoopDelayMs: () => number;
  close(): void;
}

/** Watches this process: event-loop delay, memory, CPU and the disk it runs on, and `more` where there is more. */
export function createHealthChecks(more: Record<string, Measure> = {}): HealthChecks {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let delaysSince = performance.now();
  let cpuBefore = process.cpuUsage();
  let cpuAt = performance.now();
  let cpuShare = 0;

  /** The histogram measures its own resolution along; a period of a minute keeps an old hiccup from lasting for ever. */
  function eventLoopDelayMs(): number {
    const delayMs = delays.count === 0 ? 0 : Math.max(0, delays.percentile(99) / 1e6 - 20);
    if (performance.now() - delaysSince > 60_000) {
      delays.reset();
      delaysSince = performance.now();
    }
    return round(delayMs);
  }

  function readCpuShare(): number {
    const now = performance.now();
    if (now - cpuAt < 1_000) return cpuShare;
    const used = process.cpuUsage(cpuBefore);
    cpuShare = round((used.user + used.system) / 1_000 / (now - cpuAt) / availableParallelism());
    cpuBefore = process.cpuUsage();
    cpuAt = now;
    return cpuShare;
  }

  function readMemoryShare(): number {
    const constrained = process.constrainedMemory();
    const most = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
    return round(process.memoryUsage.rss() / most);
  }

  async function readDiskShare(): Promise<number> {
    const { blocks, bavail } = await statfs('.');
    return blocks === 0 ? 0 : round(1 - bavail / blocks);
  }

  const measures: Record<string, Measure> = {
    event_loop: { threshold: 200, unit: 'ms', read: eventLoopDelayMs },
    memory: { threshold: 0.85, unit: 'share', read: readMemoryShare },
    cpu: { threshold: 0.9, unit: 'share', read: readCpuShare },
    disk: { threshold: 0.95, unit: 'share', read: readDiskShare },
    ...more,
  };

  return {
    eventLoopDelayMs,
    async run() {
      const results: Record<string, CheckResult> = {};
      for (const [name, { threshold, unit, read, reason }] of Object.entries(measures)) {
        const startedAt = performance.now();
        const value = await read();
        const status = value === null || value > threshold ? 'degraded' : 'ok';
        const why = status === 'degraded' ? reason?.() : undefined;
        results[name] = {
          status,
          value,
          threshold,
          unit,
          duration_ms: round(performance.now() - startedAt),
          ...(why === undefined ? {} : { reason: why }),
        };
      }
      return results;
    },
    close: () => {
      delays.disable();
    },
  };
}
