import { Counters, type CountersSnapshot } from './counters.ts';
import type { MetricsSource } from './metrics.ts';

/** The figures of one process as plain data, to be sent to another. */
export type Snapshot = {
  counters: CountersSnapshot;
  connections: number;
  counts: ReturnType<MetricsSource['counts']>;
  occupancy: ReturnType<MetricsSource['occupancy']>;
  blocked: number;
  eventLoopDelayMs: number;
  process: ReturnType<MetricsSource['process']>;
  maxConnections: number;
  isBusy: boolean;
  workersReplaced: number;
  cluster: ReturnType<NonNullable<MetricsSource['cluster']>> | null;
};

/** Rooms of which more than the number is told; beyond, rooms that span processes are counted in each. */
const ROOMS_TOLD = 5_000;

export const snapshotOf = (source: MetricsSource): Snapshot => ({
  counters: source.counters.snapshot(),
  connections: source.connections(),
  counts: source.counts(),
  occupancy: source.occupancy(ROOMS_TOLD),
  blocked: source.blocked(),
  eventLoopDelayMs: source.eventLoopDelayMs(),
  process: source.process(),
  maxConnections: source.maxConnections,
  isBusy: source.isBusy(),
  workersReplaced: source.workersReplaced,
  cluster: source.cluster?.() ?? null,
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/**
 * This process and the other workers of its machine as one source. What each has its own of is added up, what all know is not; the event
 * loop is as late as the latest.
 */
export function mergedSource(own: MetricsSource, snapshots: readonly Snapshot[]): MetricsSource {
  const all = [snapshotOf(own), ...snapshots];
  const processes = all.map((each) => each.process);
  const shared = all.flatMap((each) => each.cluster ?? []);
  const nodes = own.cluster?.().nodes ?? 0;
  const counters = new Counters(own.counters.durations);
  for (const each of all) counters.absorb(each.counters);
  const occupancy = new Map<string, number>();
  for (const { room, participants } of all.flatMap((each) => each.occupancy))
    occupancy.set(room, Math.max(participants, occupancy.get(room) ?? 0));
  const added = (of: (each: Snapshot) => number): number => sum(all.map(of));
  const rooms = added((each) => each.counts.rooms);
  return {
    ...own,
    counters,
    connections: () => added((each) => each.connections),
    counts: () => ({
      rooms: rooms > ROOMS_TOLD ? rooms : occupancy.size,
      participants: added((each) => each.counts.participants),
      away: added((each) => each.counts.away),
      streams: added((each) => each.counts.streams),
    }),
    occupancy: (most) =>
      [...occupancy]
        .map(([room, participants]) => ({ room, participants }))
        .sort((left, right) => right.participants - left.participants)
        .slice(0, most),
    blocked: () => Math.max(...all.map((each) => each.blocked)),
    eventLoopDelayMs: () => Math.max(...all.map((each) => each.eventLoopDelayMs)),
    process: () => ({
      residentBytes: sum(processes.map((each) => each.residentBytes)),
      heapUsedBytes: sum(processes.map((each) => each.heapUsedBytes)),
      cpuS: sum(processes.map((each) => each.cpuS)),
    }),
    largestProcessBytes: () => Math.max(...processes.map((each) => each.residentBytes)),
    workersReplaced: Math.max(...all.map((each) => each.workersReplaced)),
    maxConnections: added((each) => each.maxConnections),
    isBusy: () => all.some((each) => each.isBusy),
    cluster:
      own.cluster &&
      (() => ({
        isUp: shared.every((each) => each.isUp),
        nodes,
        sent: sum(shared.map((each) => each.sent)),
        received: sum(shared.map((each) => each.received)),
      })),
  };
}
