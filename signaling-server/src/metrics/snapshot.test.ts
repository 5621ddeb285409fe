import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import type { MetricsSource } from './metrics.ts';
import { mergedSource, snapshotOf } from './snapshot.ts';

function sourceWith(change: Partial<MetricsSource>): MetricsSource {
  return {
    counters: new Counters(),
    environment: 'test',
    startedAt: 1_000,
    connections: () => 1,
    counts: () => ({ rooms: 0, participants: 0, away: 0, streams: 0 }),
    occupancy: () => [],
    blocked: () => 0,
    eventLoopDelayMs: () => 0,
    process: () => ({ residentBytes: 100, heapUsedBytes: 10, cpuS: 1 }),
    isDraining: () => false,
    isBusy: () => false,
    maxConnections: 100,
    largestProcessBytes: () => 100,
    workersReplaced: 0,
    listedRooms: () => 0,
    cluster: undefined,
    relay: undefined,
    ...change,
  };
}

describe('several processes as one source (S6, S13)', () => {
  it('adds up what each has its own of, and tells the memory of all and of the largest', () => {
    const own = sourceWith({ cluster: () => ({ isUp: true, nodes: 2, sent: 3, received: 4 }) });
    const other = sourceWith({
      process: () => ({ residentBytes: 300, heapUsedBytes: 30, cpuS: 3 }),
      isBusy: () => true,
      workersReplaced: 7,
      cluster: () => ({ isUp: false, nodes: 2, sent: 30, received: 40 }),
    });
    const merged = mergedSource(own, [snapshotOf(other)]);
    expect(merged.maxConnections).toBe(200);
    expect(merged.connections()).toBe(2);
    expect(merged.process()).toEqual({ residentBytes: 400, heapUsedBytes: 40, cpuS: 4 });
    expect(merged.largestProcessBytes()).toBe(300);
    expect(merged.workersReplaced).toBe(7);
    expect(merged.isBusy()).toBe(true);
    expect(merged.cluster?.()).toEqual({ isUp: false, nodes: 2, sent: 33, received: 44 });
    expect(merged.startedAt).toBe(1_000);
  });

  it('is one process where there is no other', () => {
    const merged = mergedSource(sourceWith({}), []);
    expect(merged.maxConnections).toBe(100);
    expect(merged.process().residentBytes).toBe(100);
    expect(merged.cluster).toBeUndefined();
  });
});
