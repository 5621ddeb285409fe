import { Server as TlsServer } from 'node:https';
import { z } from 'zod';
import { createAccessRule } from './auth/access.ts';
import { openTokens, watchRights } from './auth/open-tokens.ts';
import type { AddressReader } from './client-address.ts';
import { type Clock, repeat } from './clock.ts';
import type { Closers } from './closers.ts';
import type { OpenBackplane } from './cluster/backplane.ts';
import { ClusterNode } from './cluster/cluster-node.ts';
import { exchangeFigures } from './cluster/figures.ts';
import { MemoryStore } from './cluster/memory-store.ts';
import type { RedisClient } from './cluster/redis-client.ts';
import { keyedAddresses, plainAddresses } from './cluster/shared-addresses.ts';
import type { WorkerPlace } from './cluster/workers.ts';
import type { Config } from './config.ts';
import { storeAway } from './handlers/room-list.ts';
import { createHealthChecks } from './http/health.ts';
import { createHttpApp, createHttpServer } from './http/http-app.ts';
import { certificateFault, followCertificate, readCertificate } from './http/tls.ts';
import { watchHealth } from './http/watch-health.ts';
import type { Block } from './limits/block-list.ts';
import { capConnections } from './limits/connection-cap.ts';
import { createLimits } from './limits/limits.ts';
import { createLoadGauge, type LoopReading, watchLoop } from './limits/load-gauge.ts';
import { countOpenSockets } from './limits/open-sockets.ts';
import { shareBlocks } from './limits/shared-blocks.ts';
import { shareOpenSockets } from './limits/shared-open-sockets.ts';
import type { Log } from './log.ts';
import type { Counters } from './metrics/counters.ts';
import { addedUp, type Figures, type Told, told } from './metrics/figures.ts';
import { measureRedis } from './metrics/redis-durations.ts';
import { createRegistry } from './metrics/registry.ts';
import { keepSamples } from './metrics/samples.ts';
import { watchDescriptors } from './observe/descriptors.ts';
import type { Tracing } from './observe/tracing.ts';
import type { OriginRule } from './origins.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { testRelay } from './relay-test/relay-test.ts';
import { watchRelay } from './relay-test/watch-relay.ts';
import { Listings } from './rooms/listings.ts';
import { sizeOf } from './rooms/room.ts';
import { Rooms } from './rooms/rooms.ts';
import { openGate } from './sockets/gate.ts';
import type { IceSource } from './turn.ts';
import type { Warnings } from './warnings.ts';

const DAY_MS = 86_400_000;

/** The things that every part of the server may use. */
export type Base = {
  config: Config;
  clock: Clock;
  log: Log;
  /** Cryptographically strong random bytes. */
  random: (sizeBytes: number) => Uint8Array;
  pseudonyms: Pseudonyms;
  counters: Counters;
  tracing: Tracing;
  warnings: Warnings;
  closers: Closers;
  addressOf: AddressReader;
  originAllowed: OriginRule;
  ice: IceSource;
  /** The messages of its parent to this process, as one of several workers. */
  worker: WorkerPlace | undefined;
  /** The names of this server for a caller at this address. */
  hostsFor: (ip: string) => readonly string[];
  /** Changed by `server.ts` alone. */
  readonly life: Readonly<{ isDraining: boolean }>;
};

/** Makes the HTTP server that everything comes in by, with its certificate and the cap of TCP connections per address. */
export async function openListener({ config, clock, log, counters, warnings, closers }: Base) {
  const { tlsCertFile: certFile, tlsKeyFile: keyFile } = config;
  const tls = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
  let certificate = tls && (await readCertificate(tls));
  const http = createHttpServer(config, certificate);
  if (tls && http instanceof TlsServer) {
    const judge = (): void => {
      const fault = certificate && certificateFault(certificate.cert, config.publicHosts, clock.wall());
      if (fault === undefined) warnings.clear('certificate');
      else warnings.warn('certificate', fault);
    };
    judge();
    const stop = followCertificate(tls, clock, log, (renewed) => {
      certificate = renewed;
      http.setSecureContext(renewed);
      judge();
    });
    closers.add(stop);
    closers.add(repeat(clock, DAY_MS, judge));
  }
  closers.add(watchDescriptors(clock, warnings));
  const cutConnections = capConnections(http, config, () => counters.limit('connections'));
  return { http, scheme: tls ? 'https' : 'http', cutConnections };
}

/**
 * Opens rooms and listings, shared over Redis where the configuration names one, or over `given`. Rejects when Redis
 * cannot be reached.
 */
export async function openRooms(base: Base, given: OpenBackplane | undefined) {
  const { config, clock, log, random, pseudonyms, counters, closers } = base;
  let openBackplane = given;
  let redis: RedisClient | undefined;
  if (config.redisUrl !== undefined) {
    const redisPorts = { url: config.redisUrl, prefix: config.redisPrefix, clock, log, random };
    // Only a server that shares its rooms needs it in memory.
    const [{ connectRedis }, { openRedisBackplane }] = await Promise.all([
      import('./cluster/redis-client.ts'),
      import('./cluster/redis-backplane.ts'),
    ]);
    const client = await connectRedis(redisPorts);
    redis = client;
    closers.add(() => client.destroy());
    openBackplane ??= (listener) => openRedisBackplane(client, redisPorts, listener);
  }
  /** This server as a node among others; undefined for a server that is alone. */
  const cluster = openBackplane && (await ClusterNode.open(clock, log, openBackplane));
  const rooms = new Rooms(config, {
    clock,
    log,
    random,
    pseudonymOf: pseudonyms.room,
    counters,
    node: cluster,
    onOver: (room) => log.info({ room: room.pseudonym }, 'seat over'),
  });
  closers.add(() => rooms.close());

  // Redis has to write to disk where it keeps the rights, and there all nodes have a secret.
  const addresses =
    config.access === 'token' && config.tokenSecret !== undefined
      ? keyedAddresses(config.tokenSecret, random)
      : plainAddresses;
  const alone = new MemoryStore(clock);
  if (!cluster) closers.add(alone.keepSwept());
  const listings = new Listings(config, {
    clock,
    store: cluster?.store ?? alone,
    nodes: cluster,
    nameOf: addresses.nameOf,
    isOccupied: (roomId) => sizeOf(rooms.seats.room(roomId)) > 0,
    participantsOf: (roomIds) => rooms.participantsOf(roomIds),
  });
  closers.add(() => listings.close());
  /** The means by which nodes count together in Redis. */
  const shared = redis &&
    cluster && { client: redis, prefix: config.redisPrefix, clock, node: cluster.self, nameOf: addresses.nameOf };
  return { redis, shared, cluster, rooms, listings, addresses };
}
type RoomParts = Awaited<ReturnType<typeof openRooms>>;

/**
 * Opens the limits per address, counted with the other nodes where there are some, and the gauge of the load. `onBlocked` hears
 * of every address that is blocked, here or by another node.
 */
export function openLimits(
  { config, clock, log, pseudonyms, counters, closers, shared, cluster, addresses }: Base & RoomParts,
  given: { onBlocked: (key: string) => void; loop: LoopReading | undefined },
) {
  const { onBlocked } = given;
  const onBlockedHere = ({ key, endsAt }: Block, why: string): void => {
    counters.blocksMade += 1;
    const forMs = endsAt - clock.now();
    log.warn({ address: pseudonyms.address(key), why, forMs, audit: true }, 'address blocked');
    onBlocked(key);
    sharedBlocks?.tell(key);
  };
  const limits = createLimits(config, clock, onBlockedHere, shared);
  const sharedBlocks =
    cluster && shareBlocks(limits.blocks, { clock, store: cluster.store, nodes: cluster, onBlocked, addresses });
  closers.add(() => sharedBlocks?.close());
  const loop = given.loop ? { ...given.loop, close: () => {} } : watchLoop();
  const load = createLoadGauge(config.busyDelayMs, clock, loop);
  closers.add(() => loop.close());
  closers.add(() => load.close());
  return { limits, load, sharedBlocks };
}
type LimitParts = ReturnType<typeof openLimits>;

/** Takes the upgrades of the HTTP server. Fastify gets its requests; it has to be attached afterwards. */
export async function openSockets(parts: Base & Awaited<ReturnType<typeof openListener>> & RoomParts & LimitParts) {
  const { config, clock, log, random, pseudonyms, closers, life, redis, shared, cluster, load } = parts;
  const tokens = await openTokens(config, { redis, now: () => clock.wall(), random });
  const gate = openGate(parts.http, config, {
    ...parts,
    context: {
      ...parts,
      pseudonymOf: pseudonyms.room,
      roomCapacity: config.roomCapacity,
      callsPerSecond: config.callsPerSecond,
      slowOperationMs: config.slowOperationMs,
      isDraining: () => life.isDraining,
      isBusy: () => load.isBusy(),
    },
    access: createAccessRule(config, tokens),
    openSockets: shared
      ? shareOpenSockets({ ...shared, onMissed: (listener) => cluster?.onMissed(listener) })
      : countOpenSockets(),
    isSaturated: () => load.isSaturated(),
  });
  cluster?.onNotice('right-ended', z.string(), (right) => gate.closeRight(right, 'access-revoked'));
  if (tokens) {
    closers.add(() => tokens.close());
    closers.add(watchRights(tokens, gate, clock, log));
  }
  return { gate, tokens };
}
type SocketParts = RoomParts & LimitParts & Awaited<ReturnType<typeof openSockets>>;

/** Opens health checks, metrics and the samples of the last minutes. */
export function openMetrics(parts: Base & SocketParts) {
  const { config, clock, counters, closers, life, warnings, ice, worker } = parts;
  const { shared, cluster, rooms, listings, limits, load, gate } = parts;
  const { credentials } = ice;
  const test = credentials && ((url: string) => testRelay(url, (ttlS) => credentials('relay-test', ttlS)));
  const relay = test && watchRelay({ urls: config.turnUrls, clock, warnings, test });
  closers.add(() => relay?.close());
  if (config.redisUrl !== undefined) closers.add(measureRedis(counters.durations.redis));
  const health = createHealthChecks({
    ...(cluster && {
      redis: { threshold: 250, unit: 'ms', read: () => cluster.stats().answeredInMs },
    }),
    ...(relay && {
      relay: { threshold: 5_000, unit: 'ms', read: relay.slowestMs, reason: relay.problem },
    }),
  });
  closers.add(() => health.close());
  closers.add(watchHealth(health, clock, warnings));
  /** That of the parent is the server's start, whichever worker is asked. */
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
      relay: relay?.verdicts,
    }),
  };
  const exchange =
    shared &&
    cluster &&
    exchangeFigures({
      ...shared,
      group: worker?.group ?? cluster.self,
      nodes: () => cluster.findNodes(),
      own: async () => ({ figures: worker && (await told(own)), rights: [...gate.rights()] }),
    });
  closers.add(() => exchange?.close());
  /** Those of all processes of this server on this machine. */
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

/** Opens what answers plain HTTP requests: health, metrics, rights, the admin page. */
export async function openHttp(
  parts: Base & Awaited<ReturnType<typeof openListener>> & SocketParts & ReturnType<typeof openMetrics>,
  setDraining: (wanted: boolean) => void,
): Promise<void> {
  const { config, clock, warnings, closers, life, cluster, listings, sharedBlocks, gate } = parts;
  cluster?.onNotice('warning-acknowledged', z.string(), (key) => warnings.acknowledge(key));
  const app = await createHttpApp(parts.http, {
    ...parts,
    environment: config.nodeEnv,
    onAcknowledged: (key) => void cluster?.notify('warning-acknowledged', key),
    isDraining: () => life.isDraining,
    onEnded: (right) => {
      gate.closeRight(right, 'access-revoked');
      void cluster?.notify('right-ended', right);
    },
    onLifted: (key) => sharedBlocks?.tell(key),
    listedRooms: (page) => listings.page(page),
    withdrawListing: (roomId) => listings.withdraw(roomId).catch(storeAway),
    isWhole: () => cluster?.stats().isUp ?? true,
    setDraining,
    now: () => clock.now(),
    wall: () => clock.wall(),
  });
  closers.add(() => app.close());
  await app.ready();
}
