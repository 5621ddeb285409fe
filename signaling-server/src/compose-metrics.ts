import { exchangeFigures, type RightsInUse } from './cluster/figures.ts';
import type { LimitParts } from './compose-limits.ts';
import type { RoomParts } from './compose-rooms.ts';
import type { SocketParts } from './compose-sockets.ts';
import type { Base, WorkerPorts } from './composition.ts';
import { createHealthChecks, HEALTH_THRESHOLDS, type HealthChecks } from './http/health.ts';
import { watchHealth } from './http/watch-health.ts';
import { addedUp, type Figures, type Told, told } from './metrics/figures.ts';
import { measureRedis } from './metrics/redis-durations.ts';
import { createRegistry } from './metrics/registry.ts';
import { keepSamples, type SampleHistory } from './metrics/samples.ts';
import { testRelay } from './relay-test/relay-test.ts';
import { type RelayWatch, watchRelay } from './relay-test/watch-relay.ts';
import { createIceSource } from './turn.ts';

export type MetricsParts = {
  health: HealthChecks;
  /** When the server started, in milliseconds since 1970. */
  startedAt: number;
  /** The figures of all processes of this server on this machine. */
  figures(): Promise<Figures>;
  samples: SampleHistory;
  /** The sockets of each right, over all nodes. */
  rightsInUse(): Promise<RightsInUse>;
};

/** Opens health checks, metrics and the samples of the last minutes. */
export function composeMetrics(
  base: Base,
  { redis, cluster, rooms, listings }: RoomParts,
  { limits, load }: LimitParts,
  { gate }: SocketParts,
  worker: WorkerPorts | undefined,
): MetricsParts {
  const { config, clock, counters, closers, life } = base;
  const relay = openRelayWatch(base);
  if (config.redisUrl !== undefined) closers.add(measureRedis(counters.durations.redis));
  const health = createHealthChecks({
    ...(cluster && {
      redis: { threshold: HEALTH_THRESHOLDS.redisMs, unit: 'ms', read: () => cluster.answersWithinMs() },
    }),
    ...(relay && {
      relay: {
        threshold: HEALTH_THRESHOLDS.relayMs,
        unit: 'ms',
        read: () => slowestMs(relay),
        reason: () => relay.problem(),
      },
    }),
  });
  closers.add(() => health.close());
  closers.add(watchHealth(health, clock, base.warnings));
  const startedAt = worker?.startedAt ?? clock.now();
  const own: Figures = {
    occupancy: (most) => rooms.seats.occupancy(most),
    registry: createRegistry({
      counters,
      environment: config.nodeEnv,
      startedAt,
      connections: gate.connections,
      counts: () => rooms.seats.counts(),
      blocked: () => limits.blocks.blocks().length,
      eventLoopDelayMs: health.eventLoopDelayMs,
      isDraining: () => life.isDraining,
      isBusy: () => load.isBusy(),
      maxConnections: config.maxConnections,
      workersReplaced: worker?.replaced ?? 0,
      listedRooms: () => listings.size,
      cluster: cluster && (() => cluster.stats()),
      relay: relay && (() => relay.state()),
    }),
  };
  const exchange =
    redis &&
    cluster &&
    exchangeFigures({
      client: redis,
      prefix: config.redisPrefix,
      clock,
      node: cluster.self,
      group: worker?.group ?? cluster.self,
      nodes: () => cluster.findNodes(),
      own: async () => ({ figures: worker && (await told(own)), rights: [...gate.rights()] }),
    });
  if (exchange) closers.add(() => exchange.close());
  const figures =
    worker && exchange
      ? // The others' were made by this same program.
        async () => addedUp([await told(own), ...((await exchange.ofMachine()) as Told[])])
      : () => Promise.resolve(own);
  const samples = keepSamples(figures, clock);
  closers.add(() => samples.close());
  return {
    health,
    startedAt,
    figures,
    samples,
    rightsInUse: async () => exchange?.rightsInUse() ?? { sockets: gate.rights(), silentNodes: 0 },
  };
}

/** Undefined where no relay is configured (S19). */
function openRelayWatch({ config, clock, warnings, closers }: Base): RelayWatch | undefined {
  if (!createIceSource(config, clock).offersRelay) return undefined;
  const credentialsFor = (ttlS: number) => {
    const { iceServers } = createIceSource({ ...config, turnTtlS: ttlS }, clock).current('relay-test');
    const { username = '', credential = '' } = iceServers.at(-1) ?? {};
    return { username, credential };
  };
  const watch = watchRelay({
    urls: config.turnUrls,
    clock,
    warnings,
    test: (url) => testRelay(url, { credentialsFor, ttlS: config.turnTtlS }),
  });
  closers.add(() => watch.close());
  return watch;
}

/** Of all addresses of the relay; null when one of them failed, 0 before the first test. */
function slowestMs(relay: RelayWatch): number | null {
  const { verdicts } = relay.state();
  const times = verdicts.flatMap((verdict) => (verdict.at === 'ok' ? [verdict.tookMs] : []));
  return times.length < verdicts.length ? null : Math.max(0, ...times);
}
