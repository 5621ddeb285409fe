import { once } from 'node:events';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createAccessRule } from './auth/access.ts';
import { accessPolicyOf, openTokens, watchRights } from './auth/open-tokens.ts';
import { createAddressReader, createTrust, isLoopback, remoteAddressOf } from './client-address.ts';
import { type Clock, systemClock } from './clock.ts';
import type { OpenBackplane } from './cluster/backplane.ts';
import { ClusteredRooms } from './cluster/clustered-rooms.ts';
import { MemoryHub } from './cluster/memory-hub.ts';
import { noNeighbours } from './cluster/neighbours.ts';
import type { RedisClient } from './cluster/redis-backplane.ts';
import { keyedAddresses, plainAddresses } from './cluster/shared-addresses.ts';
import { shareBlocks } from './cluster/shared-blocks.ts';
import { shareRights } from './cluster/shared-rights.ts';
import type { Siblings } from './cluster/siblings.ts';
import type { Config } from './config.ts';
import type { HandlerContext } from './handlers/context.ts';
import { storeAway } from './handlers/room-list.ts';
import { createHealthChecks, HEALTH_THRESHOLDS } from './http/health.ts';
import { createHttpApp, createHttpServer } from './http/http-app.ts';
import { followCertificate, readCertificate } from './http/tls.ts';
import type { Block } from './limits/block-list.ts';
import { ConnectionCap, type ConnectionShare } from './limits/connection-cap.ts';
import { createLimits } from './limits/limits.ts';
import { createLoadGauge, watchLoop } from './limits/load-gauge.ts';
import { countOpenSockets, type OpenSockets } from './limits/open-sockets.ts';
import type { LimitStore } from './limits/window-limit.ts';
import { type Log, openLog } from './log.ts';
import { createPrometheus, type MetricsSource, processFigures } from './metrics/metrics.ts';
import { keepSamples } from './metrics/samples.ts';
import { mergedSource, type Snapshot, snapshotOf } from './metrics/snapshot.ts';
import { Tally } from './metrics/tally.ts';
import { createOtlpExporter } from './observe/otlp-exporter.ts';
import { noSpans } from './observe/spans.ts';
import { createOriginRule } from './origins.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createRandomPool } from './random-pool.ts';
import { recordReceived } from './record-received.ts';
import { Listings } from './rooms/listings.ts';
import { hostHashOf } from './rooms/membership.ts';
import { type Room, RoomRegistry } from './rooms/registry.ts';
import type { Rooms } from './rooms/rooms.ts';
import { attachSockets } from './sockets/attach.ts';
import { createIceSource } from './turn.ts';

/** How long one part may take to close before the next one is closed. */
const CLOSING_MS = 8_000;

const silentListener = { onMessage: () => {}, onUp: () => {}, onDown: () => {} };

/** What the server takes from outside; each has a usual value. */
export type SignalingPorts = {
  clock?: Clock;
  log?: Log;
  /** Cryptographically strong random bytes. */
  random?: (sizeBytes: number) => Uint8Array;
  /** What this server shares its rooms over; Redis if the configuration names one, otherwise nothing. */
  backplane?: OpenBackplane;
  /** How late the event loop ran since the last call, in milliseconds. */
  loopDelayMs?: () => number;
  /** For one of several workers: what it has from its parent. */
  worker?: WorkerPorts;
};

export type WorkerPorts = {
  /** Key of the names for rooms and addresses in logs and metrics. */
  pseudonymKey: Uint8Array;
  /** When the parent started: that is the server's start, whichever worker is asked. Milliseconds since 1970. */
  startedAt: number;
  backplane: OpenBackplane;
  /** Counted over all of them: connections of one address go to any worker. */
  openSockets: OpenSockets;
  meet(own: () => Snapshot, onDrain: (draining: boolean) => void): Siblings;
};

export type SignalingServer = {
  /** The port it listens on, also when 0 was asked for. */
  port: number;
  /** `http://host:port` of the address it listens on. */
  url: string;
  /** Not ready any more; clients are told to move. Accepts nobody new. */
  drain(): void;
  /** Drains, gives clients `shutdownGraceMs` to move, then closes everything in reverse. Closing twice is closing once. */
  close(): Promise<void>;
};

/**
 * Starts a signaling server. Rejects with the operating system's error (`EADDRINUSE`, `EACCES`, …) when it cannot
 * listen; nothing is left open then.
 */
export async function startSignaling(config: Config, ports: SignalingPorts = {}): Promise<SignalingServer> {
  const clock = ports.clock ?? systemClock;
  const random = ports.random ?? createRandomPool();
  let openBackplane = ports.backplane ?? (config.redisUrl === undefined ? ports.worker?.backplane : undefined);
  const output = ports.log ? { log: ports.log, close: () => Promise.resolve() } : await openLog(config);
  const { log } = output;
  const closers: (() => void | Promise<void>)[] = [() => output.close()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await within(clock, CLOSING_MS, close());
      } catch (failure) {
        // What is left must be closed all the same.
        log.error({ err: failure }, 'a part of the server did not close');
      }
    }
  };

  try {
    const pseudonyms = createPseudonyms(ports.worker?.pseudonymKey ?? random(32));
    const tally = new Tally();
    const { otlpEndpoint: endpoint, otlpHeaders: headers, environment } = config;
    const spans =
      endpoint === undefined ? noSpans : createOtlpExporter({ endpoint, headers, environment }, { clock, log, random });
    closers.push(() => spans.close());
    let draining = false;
    let hosts: { named: Uint8Array[]; local: Uint8Array[] } = { named: [], local: [] };

    const onOver = (room: Room): void => log.info({ room: room.pseudonym }, 'seat over');
    const roomPorts = { clock, random, pseudonymOf: pseudonyms.room, tally, log, onOver };
    let redis: RedisClient | undefined;
    if (config.redisUrl !== undefined) {
      const redisPorts = { url: config.redisUrl, prefix: config.redisPrefix, clock, log, random };
      // Only a server that shares its rooms needs it in memory.
      const { connectRedis, openRedisBackplane } = await import('./cluster/redis-backplane.ts');
      redis = await connectRedis(redisPorts);
      const client = redis;
      closers.push(() => client.destroy());
      openBackplane ??= (listener) => openRedisBackplane(client, redisPorts, listener);
    }
    const cluster = openBackplane && (await ClusteredRooms.open(config, { ...roomPorts, open: openBackplane }));
    const registry = cluster?.registry ?? new RoomRegistry(config, roomPorts);
    const rooms: Rooms = cluster ?? registry;
    closers.push(() => (cluster ?? registry).close());

    // Redis has to write to disk where it keeps the rights, and there all nodes have a secret.
    const addresses =
      config.access === 'token' && config.tokenSecret !== undefined
        ? keyedAddresses(config.tokenSecret, random)
        : plainAddresses;
    const hub = new MemoryHub(clock);
    if (!cluster) closers.push(hub.keepSwept());
    const listings = new Listings(config, {
      clock,
      store: cluster?.store ?? hub.attach('alone', silentListener),
      neighbours: cluster ?? noNeighbours,
      nameOf: addresses.nameOf,
      isOccupied: (roomId) => registry.participantsOf([roomId])[0] !== 0,
      participantsOf: (roomIds) => rooms.participantsOf(roomIds),
    });
    closers.push(() => listings.close());

    const onBlocked = ({ key, endsAt }: Block): void => {
      tally.blocksMade += 1;
      log.warn({ address: pseudonyms.address(key), forMs: endsAt - clock.now(), audit: true }, 'address blocked');
      gate.closeBlocked(key);
      sharedBlocks?.tell(key);
    };
    const limitStore: LimitStore | undefined = redis
      ? { at: 'redis', client: redis, prefix: config.redisPrefix, nameOf: addresses.nameOf }
      : ports.worker && { at: 'parent', isUp: () => cluster?.stats().isUp ?? true };
    const limits = createLimits(config, clock, onBlocked, limitStore);

    const tls =
      config.tlsCertFile !== undefined && config.tlsKeyFile !== undefined
        ? { certFile: config.tlsCertFile, keyFile: config.tlsKeyFile }
        : undefined;
    const http = createHttpServer(config.maxConnections, tls && (await readCertificate(tls)));
    if (tls && http instanceof TlsServer) {
      closers.push(followCertificate(tls, clock, log, (certificate) => http.setSecureContext(certificate)));
    }
    const cap = new ConnectionCap(config.connectionsPerAddress, createTrust(config.trustedProxies));
    const tcp = new Map<Socket, ConnectionShare>();
    // One function for all of them: a closure for each would be kept as long as its connection.
    const forget = function (this: Socket): void {
      const share = tcp.get(this);
      tcp.delete(this);
      if (share) cap.giveBack(share);
    };
    http.on('connection', (socket: Socket) => {
      const share = cap.take(remoteAddressOf(socket));
      if (!share) {
        tally.limit('connections');
        socket.destroy();
        return;
      }
      tcp.set(socket, share);
      socket.on('close', forget);
    });
    if (config.recordReceivedTo !== undefined) {
      const recording = recordReceived(http, config.recordReceivedTo);
      closers.push(() => recording.close());
      log.warn('recording everything that is received');
    }

    const tokens = await openTokens(config, { redis, now: () => clock.now(), random });
    const access = createAccessRule(accessPolicyOf(config, tokens));
    const addressOf = createAddressReader(config.trustedProxies);
    const originAllowed = createOriginRule(config.allowedOrigins);
    const loop = ports.loopDelayMs ? { delayMs: ports.loopDelayMs, close: () => {} } : watchLoop();
    const load = createLoadGauge(config.busyDelayMs, clock, loop.delayMs);
    closers.push(
      () => loop.close(),
      () => load.close(),
    );
    const context: HandlerContext = {
      rooms,
      listings,
      limits,
      ice: createIceSource(config, clock),
      clock,
      random,
      tally,
      log,
      spans,
      pseudonymOf: pseudonyms.room,
      roomCapacity: config.roomCapacity,
      callsPerSecond: config.callsPerSecond,
      slowOperationMs: config.slowOperationMs,
      // 'localhost' is a name for this server only in the mouth of somebody who is on this computer.
      hostHashesFor: (ip) => (isLoopback(ip) ? [...hosts.local, ...hosts.named] : hosts.named),
      isDraining: () => draining,
      isBusy: () => load.isBusy(),
    };
    // Before Fastify: Socket.IO takes the upgrades and leaves the requests to it.
    const gate = attachSockets(http, config, {
      context,
      clock,
      addressOf,
      originAllowed,
      pseudonyms,
      access,
      openSockets: ports.worker?.openSockets ?? countOpenSockets(),
    });
    const endRight = (right: string): void => {
      gate.closeRight(right);
      void cluster?.notify('right-ended', right);
    };
    cluster?.onNotice('right-ended', (right) => {
      if (typeof right === 'string') gate.closeRight(right);
    });
    if (tokens) closers.push(watchRights(tokens, gate, clock, log));
    const sharedBlocks =
      cluster && shareBlocks(limits.blocks, cluster, clock, (key) => gate.closeBlocked(key), addresses);
    closers.push(() => sharedBlocks?.close());
    const health = createHealthChecks(
      cluster
        ? { redis: { threshold: HEALTH_THRESHOLDS.redisMs, unit: 'ms', read: () => cluster.answersWithinMs() } }
        : {},
    );
    closers.push(() => health.close());
    const metrics: MetricsSource = {
      tally,
      environment: config.environment,
      startedAt: ports.worker?.startedAt ?? clock.now(),
      connections: gate.connections,
      counts: () => registry.counts(),
      occupancy: (most) => registry.occupancy(most),
      blocked: () => limits.blocks.blocks().length,
      eventLoopDelayMs: health.eventLoopDelayMs,
      process: processFigures,
      isDraining: () => draining,
      isBusy: () => load.isBusy(),
      maxConnections: config.maxConnections,
      largestProcessBytes: () => processFigures().residentBytes,
      workersReplaced: 0,
      listedRooms: () => listings.size,
      cluster: cluster && (() => cluster.stats()),
    };
    const drain = (): void => {
      if (draining) return;
      draining = true;
      log.info({ connections: gate.connections() }, 'draining');
      gate.announceDrain(config.shutdownGraceMs);
    };
    const setDraining = (wanted: boolean): void => {
      if (wanted) drain();
      // A server that is being closed takes nobody back.
      else if (!closing) draining = false;
    };
    const siblings = ports.worker?.meet(() => snapshotOf(metrics), setDraining);
    if (siblings) closers.push(() => siblings.close());
    const ownPrometheus = createPrometheus(metrics);
    const allMetrics = async (): Promise<MetricsSource> =>
      siblings ? mergedSource(metrics, await siblings.snapshots()) : metrics;
    const samples = keepSamples(async () => {
      const source = await allMetrics();
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
    closers.push(() => samples.close());
    let closing: Promise<void> | undefined;
    const app = await createHttpApp(http, {
      config,
      log,
      limits,
      addressOf,
      originAllowed,
      pseudonyms,
      health,
      tally,
      spans,
      metrics: allMetrics,
      samples,
      prometheus: async () => (siblings ? createPrometheus(await allMetrics()) : ownPrometheus),
      isDraining: () => draining,
      tokens,
      rightsInUse: shareRights(() => gate.rights(), cluster ?? noNeighbours, clock),
      onEnded: endRight,
      onLifted: (key) => sharedBlocks?.tell(key),
      listedRooms: (page) => listings.page(page),
      withdrawListing: (roomId) => listings.withdraw(roomId).catch(storeAway),
      isWhole: () => cluster?.stats().isUp ?? true,
      glance: () => {
        const { rooms: occupied, participants, streams } = registry.counts();
        const isWhole = cluster?.stats().isUp ?? true;
        return `${draining} ${isWhole} ${gate.connections()} ${occupied} ${participants} ${streams}`;
      },
      setDraining: (wanted) => (siblings ? siblings.drain(wanted) : setDraining(wanted)),
      now: () => clock.now(),
    });
    closers.push(
      () => app.close(),
      () =>
        gate.close(() => {
          for (const socket of tcp.keys()) socket.destroy();
        }),
    );
    await app.ready();
    http.listen(config.port, config.host);
    await once(http, 'listening');

    const { address, family, port } = http.address() as AddressInfo; // a TCP server that listens has one
    hosts = {
      named: config.publicHosts.map(hostHashOf),
      local: ['localhost', '127.0.0.1', '[::1]'].map((name) => hostHashOf(`${name}:${port}`)),
    };
    log.info({ port, environment: config.environment }, 'listening');

    return {
      port,
      url: `${tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      drain,
      close() {
        closing ??= (async () => {
          drain();
          await gate.whenEmpty(config.shutdownGraceMs);
          log.info({ connections: gate.connections() }, 'closing');
          await closeAll();
        })();
        return closing;
      },
    };
  } catch (failure) {
    await closeAll();
    throw failure;
  }
}

/** Rejects when `promise` takes longer. */
function within(clock: Clock, ms: number, promise: void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new Error(`not within ${ms} ms`)));
    Promise.resolve(promise).then(resolve, reject).finally(cancel);
  });
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);
