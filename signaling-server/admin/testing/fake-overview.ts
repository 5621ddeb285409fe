import type { Overview } from '../store/admin-store.ts';

/** An overview of a quiet server, for tests; what is given stands in its place. */
export function fakeOverview(
  change: {
    health?: Partial<Overview['health']>;
    metrics?: Partial<Overview['metrics']>;
    blocked?: Overview['blocked'];
    warnings?: Overview['warnings'];
    draining?: boolean;
    samples?: Overview['samples'];
  } = {},
): Overview {
  return {
    health: {
      status: 'ok',
      version: '0.1.0',
      uptime_s: 60,
      connections: 0,
      rooms: 0,
      participants: 0,
      streams: 0,
      checks: { event_loop: { status: 'ok', value: 1.5, threshold: 200, unit: 'ms', duration_ms: 0 } },
      duration_ms: 0.2,
      ...change.health,
    },
    metrics: {
      application: { version: '0.1.0', environment: 'test' },
      data: { total_rooms: 0, total_participants: 0, total_messages_relayed: 0, active_streams: 0 },
      connections: { total_connections: 0, active_rooms: 0, room_connections: {} },
      requests: {
        total: 1,
        successful: 1,
        failed: 0,
        success_rate: 1,
        average_duration_ms: 1,
        p50: 1,
        p95: 1,
        p99: 1,
      },
      websocket: { active_connections: 0, total_connections: 0, messages_sent: 0, messages_received: 0 },
      streams: { started: 0, ended: 0 },
      rate_limits: { blocked_addresses: 0 },
      errors: {},
      ...change.metrics,
    },
    blocked: change.blocked ?? [],
    draining: change.draining ?? false,
    warnings: change.warnings ?? [],
    samples: change.samples ?? [],
  };
}

export const fakeSample = (
  at: number,
  change: Partial<Overview['samples'][number]> = {},
): Overview['samples'][number] => ({
  at,
  connections: 0,
  rooms: 0,
  participants: 0,
  streams: 0,
  relayed_per_s: 0,
  requests_per_s: 0,
  errors_per_s: 0,
  event_loop_delay_ms: 0,
  memory_mib: 80,
  ...change,
});
