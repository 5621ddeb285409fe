import { type Aggregator, Counter, Gauge, type Histogram, Registry } from 'prom-client';
import type { RelayVerdict } from '../relay-test/relay-test.ts';
import { SERVER_VERSION } from '../version.ts';
import type { Counters } from './counters.ts';

export type Occupancy = { room: string; participants: number };

/** The figures that this process knows of itself. */
export type OwnFigures = {
  counters: Counters;
  environment: string;
  /** When the server started, in milliseconds since 1970. */
  startedAt: number;
  connections: () => number;
  counts: () => { rooms: number; participants: number; away: number; streams: number };
  blocked: () => number;
  eventLoopDelayMs: () => number;
  isDraining: () => boolean;
  isBusy: () => boolean;
  /** Most TCP connections at once. */
  maxConnections: number;
  /** How many workers died and were replaced; 0 where there are none. */
  workersReplaced: number;
  listedRooms: () => number;
  /** Undefined for a server that is alone. */
  cluster: (() => { isUp: boolean; nodes: number }) | undefined;
  /** Undefined where no relay is configured. */
  relay: (() => readonly RelayVerdict[]) | undefined;
};

/** Counters of `Counters`, and the names under which they are told. */
const TOTALS = [
  ['upgrades', 'parley_upgrades_total', 'Sockets asked for, also those that were refused'],
  ['socketsOpened', 'parley_sockets_opened_total', 'Sockets ever opened'],
  ['messagesReceived', 'parley_messages_received_total', 'Frames received'],
  ['messagesSent', 'parley_messages_sent_total', 'Events and answers sent'],
  ['malformed', 'parley_messages_malformed_total', 'Frames that could not be read'],
  ['relayed', 'parley_signals_relayed_total', 'Sealed boxes handed on'],
  ['relayedBytes', 'parley_signals_relayed_characters_total', 'Size of the boxes handed on'],
  ['seatsTaken', 'parley_seats_taken_total', 'Seats taken'],
  ['seatsResumed', 'parley_seats_resumed_total', 'Seats taken again by token'],
  ['seatsEnded', 'parley_seats_ended_total', 'Seats ended'],
  ['streamsStarted', 'parley_streams_started_total', 'Streams announced'],
  ['streamsEnded', 'parley_streams_ended_total', 'Streams ended'],
  ['slowConsumers', 'parley_slow_consumers_total', 'Sockets closed because they did not read'],
  ['blocksMade', 'parley_blocks_total', 'Blocks imposed'],
  ['requests', 'parley_http_requests_total', 'HTTP requests answered'],
  ['requestsFailed', 'parley_http_requests_failed_total', 'HTTP requests answered with 4xx or 5xx'],
] as const;

/**
 * The metrics of this process, read when somebody asks. Labels have few, fixed values: never a room, a participant or an address.
 * Each metric says how those of several processes become one: what each has its own of is added up.
 */
export function createRegistry(own: OwnFigures): Registry {
  const registry = new Registry();
  const registers = [registry];
  const { counters, cluster, relay } = own;

  /** `read` answers one number, or one for each value of `label`. */
  const gauge = (name: string, help: string, read: () => Reading, aggregator: Aggregator = 'sum', label?: string) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      labelNames: label === undefined ? [] : [label],
      collect() {
        this.reset();
        for (const [labels, value] of valuesOf(read(), label)) this.set(labels, value);
      },
    });
  const counter = (name: string, help: string, read: () => Reading, aggregator: Aggregator = 'sum', label?: string) =>
    new Counter({
      name,
      help,
      aggregator,
      registers,
      labelNames: label === undefined ? [] : [label],
      collect() {
        this.reset();
        for (const [labels, value] of valuesOf(read(), label)) this.inc(labels, value);
      },
    });

  new Gauge({
    name: 'parley_build_info',
    help: 'Version and environment; always 1',
    labelNames: ['version', 'environment'],
    aggregator: 'first',
    registers,
  }).set({ version: SERVER_VERSION, environment: own.environment }, 1);
  gauge('parley_connections', 'Open sockets', own.connections);
  gauge('parley_rooms', 'Rooms with a record', () => own.counts().rooms);
  gauge('parley_participants', 'Seats, here or away', () => own.counts().participants);
  gauge('parley_participants_away', 'Seats that wait for their socket', () => own.counts().away);
  gauge('parley_streams', 'Streams announced as live', () => own.counts().streams);
  gauge('parley_blocked_addresses', 'Addresses blocked now', own.blocked, 'max');
  gauge('parley_listed_rooms', 'Rooms on the list', own.listedRooms, 'max');
  gauge('parley_draining', 'Whether newcomers are sent elsewhere', () => Number(own.isDraining()), 'first');
  gauge('parley_busy', 'Whether newcomers are turned away because of load', () => Number(own.isBusy()), 'max');
  gauge('parley_connections_limit', 'MAX_CONNECTIONS of all processes together', () => own.maxConnections);
  const residentBytes = (): number => process.memoryUsage.rss();
  gauge('parley_largest_process_bytes', 'Resident memory of the process that has most', residentBytes, 'max');
  counter('parley_workers_replaced_total', 'Workers that died and were replaced', () => own.workersReplaced, 'max');
  if (cluster) {
    gauge('parley_redis_up', 'Whether Redis answers', () => Number(cluster().isUp), 'min');
    gauge('parley_nodes', 'Nodes that share rooms, this one among them', () => cluster().nodes, 'first');
    registry.registerMetric(counters.durations.redis);
  }
  if (relay) {
    // Each process makes its own test of the relay, by the address of the relay (S19).
    const isUp = () => relay().map(({ url, at }): Labelled => [url, Number(at === 'ok')]);
    gauge('parley_relay_up', "Whether the server's own test went through the relay", isUp, 'min', 'url');
    const tookS = () =>
      relay().flatMap((verdict): Labelled[] => (verdict.at === 'ok' ? [[verdict.url, verdict.tookMs / 1_000]] : []));
    gauge('parley_relay_test_seconds', 'How long that test took', tookS, 'max', 'url');
  }
  for (const [total, name, help] of TOTALS) counter(name, help, () => counters[total]);
  registry.registerMetric(counters.durations.http);
  // The registry asks a metric for its name and its values alone; its types name its own classes.
  registry.registerMetric(counters.durations.events as unknown as Histogram);
  counter('parley_events_total', 'Events received', () => counters.events, 'sum', 'event');
  counter('parley_errors_total', 'Refusals by code', () => counters.errors, 'sum', 'code');
  counter('parley_rate_limited_total', 'Refusals by limit', () => counters.limited, 'sum', 'limit');

  // Names that dashboards for any Node process know.
  const startedAtS = (): number => own.startedAt / 1_000;
  gauge('process_start_time_seconds', 'Start of the server, seconds since 1970', startedAtS, 'first');
  gauge('process_resident_memory_bytes', 'Resident memory of all processes', residentBytes);
  gauge('nodejs_heap_size_used_bytes', 'Used heap', () => process.memoryUsage().heapUsed);
  const delayS = (): number => own.eventLoopDelayMs() / 1_000;
  gauge('nodejs_eventloop_lag_p99_seconds', 'How late the event loop ran', delayS, 'max');
  counter('process_cpu_seconds_total', 'CPU time used', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return registry;
}

type Labelled = readonly [label: string, value: number];
type Reading = number | Iterable<Labelled>;

/** The values of a metric, by its label where it has one. */
const valuesOf = (reading: Reading, label = ''): [Record<string, string>, number][] =>
  typeof reading === 'number' ? [[{}, reading]] : Array.from(reading, ([name, value]) => [{ [label]: name }, value]);
