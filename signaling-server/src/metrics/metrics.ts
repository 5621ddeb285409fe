import { Counter, Gauge, Registry } from 'prom-client';
import type { RelayState } from '../relay-test/watch-relay.ts';
import { SERVER_VERSION } from '../version.ts';
import type { Counters } from './counters.ts';
import { httpFigures } from './histograms.ts';

export type MetricsSource = {
  counters: Counters;
  environment: string;
  startedAt: number;
  connections: () => number;
  counts: () => { rooms: number; participants: number; away: number; streams: number };
  occupancy: (most: number) => { room: string; participants: number }[];
  blocked: () => number;
  eventLoopDelayMs: () => number;
  process: () => { residentBytes: number; heapUsedBytes: number; cpuS: number };
  isDraining: () => boolean;
  isBusy: () => boolean;
  /** Most TCP connections at once, of all processes together. */
  maxConnections: number;
  /** Resident memory of the process that has most. */
  largestProcessBytes: () => number;
  /** How many workers died and were replaced; 0 where there are none. */
  workersReplaced: number;
  listedRooms: () => number;
  /** Undefined for a server that is alone. */
  cluster: (() => { isUp: boolean; nodes: number; sent: number; received: number }) | undefined;
  /** Undefined where no relay is configured. */
  relay: (() => RelayState) | undefined;
};

/** More rooms than this are not listed one by one. */
const ROOMS_LISTED = 1_000;
const round = (value: number): number => Math.round(value * 1_000) / 1_000;

/** The JSON form of the metrics (S6). */
export async function metricsJson(source: MetricsSource) {
  const { counters } = source;
  const counts = source.counts();
  const { all, routes } = await httpFigures(counters.durations.http);
  const successful = counters.requests - counters.requestsFailed;
  return {
    application: { version: SERVER_VERSION, environment: source.environment },
    data: {
      total_rooms: counts.rooms,
      total_participants: counts.participants,
      total_messages_relayed: counters.relayed,
      active_streams: counts.streams,
    },
    connections: {
      total_connections: source.connections(),
      active_rooms: counts.rooms,
      room_connections: Object.fromEntries(
        source.occupancy(ROOMS_LISTED).map(({ room, participants }) => [room, participants]),
      ),
    },
    requests: {
      total: counters.requests,
      successful,
      failed: counters.requestsFailed,
      success_rate: counters.requests === 0 ? 1 : round(successful / counters.requests),
      average_duration_ms: round(all.average),
      p50: all.p50,
      p95: all.p95,
      p99: all.p99,
      by_route: routes,
    },
    websocket: {
      active_connections: source.connections(),
      total_connections: counters.socketsOpened,
      messages_sent: counters.messagesSent,
      messages_received: counters.messagesReceived,
    },
    streams: { started: counters.streamsStarted, ended: counters.streamsEnded },
    rate_limits: { ...Object.fromEntries(counters.limited), blocked_addresses: source.blocked() },
    errors: Object.fromEntries(counters.errors),
  };
}

/** What this process uses. */
export function processFigures(): ReturnType<MetricsSource['process']> {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { residentBytes: rss, heapUsedBytes: heapUsed, cpuS: (user + system) / 1e6 };
}

/** The Prometheus form. Labels have few, fixed values: never a room, a participant or an address. */
export function createPrometheus(source: MetricsSource): Registry {
  const registry = new Registry();
  const { counters } = source;

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const labelledCounter = (name: string, help: string, label: string, read: () => Iterable<[string, number]>) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.inc({ [label]: value }, count);
      },
    });

  new Gauge({
    name: 'parley_build_info',
    help: 'Version and environment; always 1',
    labelNames: ['version', 'environment'],
    registers: [registry],
  }).set({ version: SERVER_VERSION, environment: source.environment }, 1);
  gauge('parley_connections', 'Open sockets', source.connections);
  gauge('parley_rooms', 'Rooms with a record', () => source.counts().rooms);
  gauge('parley_participants', 'Seats, here or away', () => source.counts().participants);
  gauge('parley_participants_away', 'Seats that wait for their socket', () => source.counts().away);
  gauge('parley_streams', 'Streams announced as live', () => source.counts().streams);
  gauge('parley_blocked_addresses', 'Addresses blocked now', source.blocked);
  gauge('parley_listed_rooms', 'Rooms on the list', source.listedRooms);
  gauge('parley_draining', 'Whether newcomers are sent elsewhere', () => Number(source.isDraining()));
  gauge('parley_busy', 'Whether newcomers are turned away because of load', () => Number(source.isBusy()));
  gauge('parley_connections_limit', 'MAX_CONNECTIONS of all processes together', () => source.maxConnections);
  gauge('parley_largest_process_bytes', 'Resident memory of the process that has most', source.largestProcessBytes);
  counter('parley_workers_replaced_total', 'Workers that died and were replaced', () => source.workersReplaced);
  const { cluster } = source;
  if (cluster) {
    gauge('parley_redis_up', 'Whether Redis answers', () => Number(cluster().isUp));
    gauge('parley_nodes', 'Nodes that share rooms, this one among them', () => cluster().nodes);
    counter('parley_node_messages_sent_total', 'Messages to other nodes', () => cluster().sent);
    counter('parley_node_messages_received_total', 'Messages of other nodes', () => cluster().received);
  }
  const { relay } = source;
  if (relay) {
    const perUrl = (
      name: string,
      help: string,
      read: (verdict: RelayState['verdicts'][number]) => number | undefined,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: ['url'],
        registers: [registry],
        collect() {
          this.reset();
          for (const verdict of relay().verdicts) {
            const value = read(verdict);
            if (value !== undefined) this.set({ url: verdict.url }, value);
          }
        },
      });
    perUrl('parley_relay_up', "Whether the server's own test went through the relay", ({ at }) => Number(at === 'ok'));
    perUrl('parley_relay_test_seconds', 'How long that test took', (verdict) =>
      verdict.at === 'ok' ? verdict.tookMs / 1_000 : undefined,
    );
  }
  counter('parley_upgrades_total', 'Sockets asked for, also those that were refused', () => counters.upgrades);
  counter('parley_sockets_opened_total', 'Sockets ever opened', () => counters.socketsOpened);
  counter('parley_messages_received_total', 'Frames received', () => counters.messagesReceived);
  counter('parley_messages_sent_total', 'Events and answers sent', () => counters.messagesSent);
  counter('parley_messages_malformed_total', 'Frames that could not be read', () => counters.malformed);
  counter('parley_signals_relayed_total', 'Sealed boxes handed on', () => counters.relayed);
  counter('parley_signals_relayed_characters_total', 'Size of the boxes handed on', () => counters.relayedBytes);
  counter('parley_seats_taken_total', 'Seats taken', () => counters.seatsTaken);
  counter('parley_seats_resumed_total', 'Seats taken again by token', () => counters.seatsResumed);
  counter('parley_seats_ended_total', 'Seats ended', () => counters.seatsEnded);
  counter('parley_streams_started_total', 'Streams announced', () => counters.streamsStarted);
  counter('parley_streams_ended_total', 'Streams ended', () => counters.streamsEnded);
  counter('parley_slow_consumers_total', 'Sockets closed because they did not read', () => counters.slowConsumers);
  counter('parley_blocks_total', 'Blocks imposed', () => counters.blocksMade);
  counter('parley_http_requests_total', 'HTTP requests answered', () => counters.requests);
  counter('parley_http_requests_failed_total', 'HTTP requests answered with 4xx or 5xx', () => counters.requestsFailed);
  registry.registerMetric(counters.durations.http);
  registry.registerMetric(counters.durations.events);
  if (cluster) registry.registerMetric(counters.durations.redis);
  labelledCounter('parley_events_total', 'Events received', 'event', () => counters.events);
  labelledCounter('parley_errors_total', 'Refusals by code', 'code', () => counters.errors);
  labelledCounter('parley_rate_limited_total', 'Refusals by limit', 'limit', () => counters.limited);

  // Names that dashboards for any Node process know.
  gauge('process_start_time_seconds', 'Start of the server, seconds since 1970', () => source.startedAt / 1_000);
  gauge('process_resident_memory_bytes', 'Resident memory of all processes', () => source.process().residentBytes);
  gauge('nodejs_heap_size_used_bytes', 'Used heap', () => source.process().heapUsedBytes);
  gauge('nodejs_eventloop_lag_p99_seconds', 'How late the event loop ran', () => source.eventLoopDelayMs() / 1_000);
  counter('process_cpu_seconds_total', 'CPU time used', () => source.process().cpuS);
  return registry;
}
