import { AggregatorRegistry, Gauge, type Registry } from 'prom-client';
import type { z } from 'zod';
import type { Metrics } from '../answers.ts';
import { SERVER_VERSION } from '../version.ts';
import { durationFigures } from './histograms.ts';
import type { Occupancy } from './registry.ts';

/** The figures that the server counts and measures, of all its processes on this machine. Those of this process alone are read when asked for. */
export type Figures = { registry: Registry; occupancy: (most: number) => readonly Occupancy[] };

/** The figures of one process as plain data, to be sent to another. */
export type Told = { metrics: object[]; occupancy: readonly Occupancy[] };

/** Rooms of which more than the number is told; beyond, rooms that span processes are counted in each. */
const ROOMS_TOLD = 5_000;
/** More rooms than this are not listed one by one. */
const ROOMS_LISTED = 1_000;

export const told = async ({ registry, occupancy }: Figures): Promise<Told> => ({
  metrics: await registry.getMetricsAsJSON(),
  occupancy: occupancy(ROOMS_TOLD),
});

/** Several processes as one, this one first. Metrics become one as each says; a room with people at two processes is one room. */
export function addedUp(all: readonly Told[]): Figures {
  const rooms = new Map<string, number>();
  for (const { room, participants } of all.flatMap((each) => each.occupancy))
    rooms.set(room, Math.max(participants, rooms.get(room) ?? 0));
  const registry: Registry = AggregatorRegistry.aggregate(all.map(({ metrics }) => metrics));
  if (all.every(({ occupancy }) => occupancy.length < ROOMS_TOLD)) {
    registry.removeSingleMetric('parley_rooms');
    new Gauge({ name: 'parley_rooms', help: 'Rooms with a record', registers: [registry] }).set(rooms.size);
  }
  return {
    registry,
    occupancy: (most) =>
      [...rooms]
        .map(([room, participants]) => ({ room, participants }))
        .sort((left, right) => right.participants - left.participants)
        .slice(0, most),
  };
}

/** A metric's values, by what its labels say of it. */
export async function valuesOf({ registry }: Figures, name: string) {
  return (await registry.getSingleMetric(name)?.get())?.values ?? [];
}

/** A metric added up over its labels; 0 where nothing was measured. */
export const totalOf = async (figures: Figures, name: string): Promise<number> =>
  (await valuesOf(figures, name)).reduce((total, { value }) => total + value, 0);

const byLabel = async (figures: Figures, name: string, label: string): Promise<Record<string, number>> =>
  Object.fromEntries((await valuesOf(figures, name)).map(({ labels, value }) => [labels[label], value]));

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

/** The JSON form of the metrics (S6). */
export async function metricsJson(figures: Figures, environment: string): Promise<z.infer<typeof Metrics>> {
  const total = (name: string): Promise<number> => totalOf(figures, `parley_${name}`);
  const http = durationFigures(await valuesOf(figures, 'parley_http_request_duration_seconds'));
  return {
    application: { version: SERVER_VERSION, environment },
    data: {
      total_rooms: await total('rooms'),
      total_participants: await total('participants'),
      total_messages_relayed: await total('signals_relayed_total'),
      active_streams: await total('streams'),
    },
    connections: {
      total_connections: await total('connections'),
      active_rooms: await total('rooms'),
      room_connections: Object.fromEntries(
        figures.occupancy(ROOMS_LISTED).map(({ room, participants }) => [room, participants]),
      ),
    },
    requests: {
      total: http.total,
      successful: http.total - http.failed,
      failed: http.failed,
      success_rate: http.total === 0 ? 1 : round(1 - http.failed / http.total),
      average_duration_ms: round(http.average),
      p50: round(http.p50),
      p95: round(http.p95),
      p99: round(http.p99),
    },
    websocket: {
      active_connections: await total('connections'),
      total_connections: await total('sockets_opened_total'),
      messages_sent: await total('messages_sent_total'),
      messages_received: await total('messages_received_total'),
    },
    streams: { started: await total('streams_started_total'), ended: await total('streams_ended_total') },
    rate_limits: {
      ...(await byLabel(figures, 'parley_rate_limited_total', 'limit')),
      blocked_addresses: await total('blocked_addresses'),
    },
    errors: await byLabel(figures, 'parley_errors_total', 'code'),
  };
}
