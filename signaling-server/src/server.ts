import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAddressReader, isLoopback } from './client-address.ts';
import { type Clock, systemClock } from './clock.ts';
import { Closers } from './closers.ts';
import type { OpenBackplane } from './cluster/backplane.ts';
import { shareDraining } from './cluster/shared-draining.ts';
import type { WorkerPlace } from './cluster/workers.ts';
import { type Base, openHttp, openLimits, openListener, openMetrics, openRooms, openSockets } from './composition.ts';
import type { Config } from './config.ts';
import type { LoopReading } from './limits/load-gauge.ts';
import { type Log, openLog } from './log.ts';
import { Counters } from './metrics/counters.ts';
import { noTracing } from './observe/tracing.ts';
import { createOriginRule } from './origins.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createRandomPool } from './random-pool.ts';
import type { SocketGate } from './sockets/gate.ts';
import { createIceSource } from './turn.ts';
import { createWarnings } from './warnings.ts';

/** The parts that the server takes from outside; each has a usual value. */
export type SignalingPorts = {
  clock?: Clock;
  log?: Log;
  /** Cryptographically strong random bytes. */
  random?: (sizeBytes: number) => Uint8Array;
  /** Shares this server's rooms with other nodes; Redis if the configuration names one, otherwise nothing. */
  backplane?: OpenBackplane;
  /** A reading of the event loop, in place of the true one. */
  loop?: LoopReading;
  /** The warnings about the configuration, as they were logged before. */
  warnings?: readonly string[];
  /** For one of several workers: what its parent told it. */
  worker?: WorkerPlace | undefined;
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
 * Connections that the system completes while this process is busy, at most as many as its own limit (Linux 4,096). Beyond it
 * newcomers are not refused but left to try again, for 15 s and more; a server that sees them can tell them that it is busy.
 */
const BACKLOG = 4_096;

/**
 * Starts a signaling server. Rejects with the operating system's error (`EADDRINUSE`, `EACCES`, …) when it cannot
 * listen; nothing is left open then.
 */
export async function startSignaling(config: Config, ports: SignalingPorts = {}): Promise<SignalingServer> {
  const clock = ports.clock ?? systemClock;
  const output = ports.log ? { log: ports.log, close: () => Promise.resolve() } : await openLog(config);
  const closers = new Closers(clock, output.log);
  closers.add(() => output.close());
  try {
    return await start(config, ports, clock, output.log, closers);
  } catch (failure) {
    await closers.closeAll();
    throw failure;
  }
}

async function start(
  config: Config,
  { worker, backplane, loop, ...ports }: SignalingPorts,
  clock: Clock,
  log: Log,
  closers: Closers,
): Promise<SignalingServer> {
  const random = ports.random ?? createRandomPool();
  const { otelExporterOtlpEndpoint: endpoint, otelExporterOtlpHeaders: headers, nodeEnv: environment } = config;
  // Its packages are loaded only where there is a collector.
  const tracing =
    endpoint === undefined
      ? noTracing
      : (await import('./observe/open-telemetry.ts')).openTracing({ endpoint, headers, environment }, clock, log);
  closers.add(() => tracing.close());
  const warnings = createWarnings(clock, log, ports.warnings);
  const life = { isDraining: false };
  let hostsHere: readonly string[] = config.publicHosts;
  const base: Base = {
    config,
    clock,
    log,
    random,
    pseudonyms: createPseudonyms(worker ? Buffer.from(worker.pseudonymKey, 'hex') : random(32)),
    counters: new Counters(),
    tracing,
    warnings,
    closers,
    addressOf: createAddressReader(config.trustProxy, warnings.warn),
    originAllowed: createOriginRule(config.allowedOrigins),
    ice: createIceSource(config, clock),
    worker,
    // 'localhost' is a name for this server only in the mouth of somebody who is on this computer.
    hostsFor: (ip) => (isLoopback(ip) ? hostsHere : config.publicHosts),
    life,
  };

  let opened: SocketGate | undefined;
  const rooms = { ...base, ...(await openRooms(base, backplane)) };
  const limits = { ...rooms, ...openLimits(rooms, { onBlocked: (key) => opened?.closeBlocked(key), loop }) };
  const listening = { ...limits, ...(await openListener(base)) };
  const sockets = { ...listening, ...(await openSockets(listening)) };
  const { http, scheme, gate, shared, cluster } = sockets;
  opened = gate;

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
  const metrics = openMetrics(sockets);
  const drainAll =
    worker && shared && cluster
      ? await shareDraining({ ...shared, nodes: cluster, group: worker.group, onDrain: setDraining })
      : setDraining;
  await openHttp({ ...sockets, ...metrics }, drainAll);
  closers.add(() => gate.close(sockets.cutConnections));

  http.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  await once(http, 'listening');
  const { address, family, port } = http.address() as AddressInfo; // a TCP server that listens has one
  hostsHere = [...['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`), ...config.publicHosts];
  log.info({ port, environment }, 'listening');

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
