import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import type { OpenBackplane } from './cluster/backplane.ts';
import { shareDraining } from './cluster/shared-draining.ts';
import { composeHttp } from './compose-http.ts';
import { composeLimits } from './compose-limits.ts';
import { composeListener } from './compose-listener.ts';
import { composeMetrics } from './compose-metrics.ts';
import { composeRooms } from './compose-rooms.ts';
import { composeSockets } from './compose-sockets.ts';
import { type Base, Closers, type WorkerPorts } from './composition.ts';
import type { Config } from './config.ts';
import type { LoopReading } from './limits/load-gauge.ts';
import { countOpenSockets } from './limits/open-sockets.ts';
import { shareOpenSockets } from './limits/shared-open-sockets.ts';
import { type Log, openLog } from './log.ts';
import { Counters } from './metrics/counters.ts';
import { noTracing } from './observe/tracing.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createRandomPool } from './random-pool.ts';
import { createWarnings } from './warnings.ts';

/** What the server takes from outside; each has a usual value. */
export type SignalingPorts = {
  clock?: Clock;
  log?: Log;
  /** Cryptographically strong random bytes. */
  random?: (sizeBytes: number) => Uint8Array;
  /** What this server shares its rooms over; Redis if the configuration names one, otherwise nothing. */
  backplane?: OpenBackplane;
  /** What is read of the event loop, in place of the true one. */
  loop?: LoopReading;
  /** What is wrong with the configuration, as it was logged before. */
  warnings?: readonly string[];
  /** For one of several workers: what it has from its parent. */
  worker?: WorkerPorts;
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
  const { worker } = ports;
  const output = ports.log ? { log: ports.log, close: () => Promise.resolve() } : await openLog(config);
  const closers = new Closers(clock, output.log);
  closers.add(() => output.close());
  try {
    return await start(config, ports, { clock, log: output.log, closers, worker });
  } catch (failure) {
    await closers.closeAll();
    throw failure;
  }
}

type Opened = { clock: Clock; log: Log; closers: Closers; worker: WorkerPorts | undefined };

async function start(
  config: Config,
  ports: SignalingPorts,
  { clock, log, closers, worker }: Opened,
): Promise<SignalingServer> {
  const random = ports.random ?? createRandomPool();
  const { otelExporterOtlpEndpoint: endpoint, otelExporterOtlpHeaders: headers, nodeEnv: environment } = config;
  // Its packages are loaded only where there is a collector.
  const tracing =
    endpoint === undefined
      ? noTracing
      : (await import('./observe/open-telemetry.ts')).openTracing({ endpoint, headers, environment }, clock, log);
  closers.add(() => tracing.close());
  const life = { isDraining: false };
  const pseudonyms = createPseudonyms(worker?.pseudonymKey ?? random(32));
  const warnings = createWarnings(clock, log, ports.warnings);
  const base: Base = {
    config,
    clock,
    log,
    random,
    pseudonyms,
    counters: new Counters(),
    tracing,
    warnings,
    closers,
    life,
  };

  const roomParts = await composeRooms(base, ports.backplane);
  const limitParts = composeLimits(base, roomParts, { loop: ports.loop });
  const listener = await composeListener(base);
  const { redis, cluster, addresses } = roomParts;
  const shared = redis && cluster && { client: redis, prefix: config.redisPrefix };
  const openSockets =
    shared && cluster
      ? shareOpenSockets({ ...shared, clock, node: cluster.self, nameOf: addresses.nameOf })
      : countOpenSockets();
  const socketParts = await composeSockets(base, roomParts, limitParts, listener, openSockets);
  const { gate } = socketParts;

  let closing: Promise<void> | undefined;
  const drain = (): void => {
    if (life.isDraining) return;
    life.isDraining = true;
    log.info({ connections: gate.connections() }, 'draining');
    gate.announceDrain(config.shutdownGraceMs);
  };
  const setDraining = (wanted: boolean): void => {
    if (wanted) drain();
    // A server that is being closed takes nobody back.
    else if (!closing) life.isDraining = false;
  };
  const metricsParts = composeMetrics(base, roomParts, limitParts, socketParts, worker);
  const drainAll =
    worker && shared && cluster
      ? await shareDraining({ ...shared, nodes: cluster, group: worker.group, onDrain: setDraining })
      : setDraining;
  await composeHttp(base, roomParts, limitParts, listener, socketParts, metricsParts, drainAll);
  closers.add(() => gate.close(() => listener.cutConnections()));

  const { http, scheme } = listener;
  http.listen(config.port, config.host);
  await once(http, 'listening');
  const { address, family, port } = http.address() as AddressInfo; // a TCP server that listens has one
  socketParts.listensOn(port);
  log.info({ port, environment: config.nodeEnv }, 'listening');

  return {
    port,
    url: `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    drain,
    close() {
      closing ??= (async () => {
        drain();
        await gate.whenEmpty(config.shutdownGraceMs);
        log.info({ connections: gate.connections() }, 'closing');
        await closers.closeAll();
      })();
      return closing;
    },
  };
}
