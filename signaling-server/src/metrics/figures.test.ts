import { describe, expect, it } from 'vitest';
import { Counters } from './counters.ts';
import { addedUp, type Figures, metricsJson, told, totalOf } from './figures.ts';
import { createRegistry, type Occupancy, type OwnFigures } from './registry.ts';

function processWith(change: Partial<OwnFigures>, rooms: readonly Occupancy[] = []): Figures {
  const own: OwnFigures = {
    counters: new Counters(),
    environment: 'test',
    startedAt: 1_000,
    connections: () => 1,
    counts: () => ({ rooms: rooms.length, participants: 0, away: 0, streams: 0 }),
    blocked: () => 0,
    eventLoopDelayMs: () => 0,
    isDraining: () => false,
    isBusy: () => false,
    maxConnections: 100,
    workersReplaced: 0,
    listedRooms: () => 3,
    cluster: () => ({ isUp: true, nodes: 2 }),
    relay: undefined,
    ...change,
  };
  return { registry: createRegistry(own), occupancy: (most) => rooms.slice(0, most) };
}
const together = async (...all: Figures[]): Promise<Figures> =>
  // As it comes out of Redis.
  addedUp(JSON.parse(JSON.stringify(await Promise.all(all.map(told)))));

describe('several processes as one (S6, S13)', () => {
  it('adds up what each has its own of, and no more than that', async () => {
    const other = { isBusy: () => true, workersReplaced: 7, blocked: () => 2 };
    const away = { cluster: () => ({ isUp: false, nodes: 2 }) };
    const all = await together(processWith({}), processWith({ ...other, ...away }));
    const values = {
      parley_connections: 2,
      parley_connections_limit: 200,
      parley_workers_replaced_total: 7,
      parley_blocked_addresses: 2,
      parley_listed_rooms: 3,
      parley_busy: 1,
      parley_draining: 0,
      parley_redis_up: 0,
      parley_nodes: 2,
      parley_build_info: 1,
      process_start_time_seconds: 1,
    };
    const found = Object.keys(values).map(async (name) => [name, await totalOf(all, name)]);
    expect(Object.fromEntries(await Promise.all(found))).toEqual(values);
    const [resident, largest] = [
      await totalOf(all, 'process_resident_memory_bytes'),
      await totalOf(all, 'parley_largest_process_bytes'),
    ];
    expect(resident).toBeGreaterThan(1.5 * largest);
  });

  it('adds up what was counted and how long it took, by label', async () => {
    const [one, other] = [new Counters(), new Counters()];
    for (const counters of [one, other, other]) {
      counters.relayed += 10;
      counters.error('bad-request');
      counters.limit('http');
      counters.request('GET', '/health', 200, 2);
      counters.handled('room:join', 'ok', 1);
    }
    other.request('GET', '/health', 503, 700);
    const all = await together(processWith({ counters: one }), processWith({ counters: other }));
    const text = await all.registry.metrics();
    const http = 'parley_http_request_duration_seconds';
    expect(text).toContain(`${http}_count{method="GET",route="/health",status="200"} 3\n`);
    expect(text).toContain(`${http}_bucket{le="0.5",method="GET",route="/health",status="503"} 0\n`);
    expect(text).toContain(`${http}_bucket{le="1",method="GET",route="/health",status="503"} 1\n`);
    expect(text).toContain('parley_event_duration_seconds_count{event="room:join",outcome="ok"} 3\n');
    expect(await metricsJson(all, 'test')).toMatchObject({
      data: { total_messages_relayed: 30 },
      requests: { total: 4, failed: 1, success_rate: 0.75 },
      errors: { 'bad-request': 3 },
      rate_limits: { http: 3 },
    });
  });

  it('counts a room with people at two processes once', async () => {
    const rooms = (...names: string[]) => names.map((room, at) => ({ room, participants: at + 1 }));
    const all = await together(processWith({}, rooms('a', 'b')), processWith({}, rooms('b', 'c')));
    expect(await totalOf(all, 'parley_rooms')).toBe(3);
    expect(all.occupancy(2).map(({ participants }) => participants)).toEqual([2, 2]);
    expect(all.occupancy(9)).toHaveLength(3);
  });

  it('is one process where there is no other', async () => {
    const all = await together(processWith({ cluster: undefined }, [{ room: 'a', participants: 2 }]));
    expect(await totalOf(all, 'parley_connections_limit')).toBe(100);
    expect(await totalOf(all, 'parley_rooms')).toBe(1);
    expect(await all.registry.metrics()).not.toContain('parley_redis_up');
  });
});
