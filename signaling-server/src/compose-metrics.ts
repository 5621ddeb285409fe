import type { Siblings } from './cluster/siblings.ts';
import type { LimitParts } from './compose-limits.ts';
import type { RoomParts } from './compose-rooms.ts';
import type { SocketParts } from './compose-sockets.ts';
import type { Base } from './composition.ts';
import { createHealthChecks, HEALTH_THRESHOLDS, type HealthChecks } from './http/health.ts';
import { createPrometheus, type MetricsSource, processFigures } from './metrics/metrics.ts';
import { keepSamples, type SampleHistory } from './metrics/samples.ts';
import { mergedSource, type Snapshot, snapshotOf } from './metrics/snapshot.ts';

export type MetricsParts = {
  health: HealthChecks;
  /** The figures of all processes of this server on this machine. */
  metrics(): Promise<MetricsSource>;
  prometheus(): Promise<ReturnType<typeof createPrometheus>>;
  samples: SampleHistory;
  /** Undefined for a process that is alone on its machine. */
  siblings: Siblings | undefined;
};

/** Opens health checks, metrics and the samples of the last minutes. */
export function composeMetrics(
  base: Base,
  { cluster, registry, listings }: RoomParts,
  { limits, load }: LimitParts,
  { gate }: SocketParts,
  given: { startedAt: number | undefined; meet: ((own: () => Snapshot) => Siblings) | undefined },
): MetricsParts {
  const { config, clock, tally, closers, life } = base;
  const health = createHealthChecks(
    cluster
      ? { redis: { threshold: HEALTH_THRESHOLDS.redisMs, unit: 'ms', read: () => cluster.answersWithinMs() } }
      : {},
  );
  closers.add(() => health.close());
  const own: MetricsSource = {
    tally,
    environment: config.environment,
    startedAt: given.startedAt ?? clock.now(),
    connections: gate.connections,
    counts: () => registry.counts(),
    occupancy: (most) => registry.occupancy(most),
    blocked: () => limits.blocks.blocks().length,
    eventLoopDelayMs: health.eventLoopDelayMs,
    process: processFigures,
    isDraining: () => life.isDraining,
    isBusy: () => load.isBusy(),
    maxConnections: config.maxConnections,
    largestProcessBytes: () => processFigures().residentBytes,
    workersReplaced: 0,
    listedRooms: () => listings.size,
    cluster: cluster && (() => cluster.stats()),
  };
  const siblings = given.meet?.(() => snapshotOf(own));
  if (siblings) closers.add(() => siblings.close());
  const ownPrometheus = createPrometheus(own);
  const metrics = async (): Promise<MetricsSource> => (siblings ? mergedSource(own, await siblings.snapshots()) : own);
  const samples = keepSamples(async () => {
    const source = await metrics();
    return {
      ...source.counts(),
      connections: source.connections(),
      relayed: source.tally.relayed,
      requests: source.tally.requests,
      errors: sum(source.tally.errors.values()),
      eventLoopDelayMs: source.eventLoopDelayMs(),
      memoryBytes: source.process().residentBytes,
    };
  }, clock);
  closers.add(() => samples.close());
  return {
    health,
    metrics,
    prometheus: async () => (siblings ? createPrometheus(await metrics()) : ownPrometheus),
    samples,
    siblings,
  };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
