import { LIMITS, Refusal, RoomId, RoomList } from '@parley/shared/protocol';
import { z } from 'zod';

/** The answers of the HTTP routes, as schemas: the OpenAPI page is written from them. */
const count = z.number().int().nonnegative();
const text = z.string();

export const Check = z
  .object({
    status: z.enum(['ok', 'degraded']),
    value: z.number().nullable().describe('Null: no answer'),
    threshold: z.number(),
    unit: text,
    duration_ms: z.number(),
    reason: text.optional().describe('The way to mend it; told to the admin alone'),
  })
  .describe('One check: degraded above its threshold');

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded', 'draining']),
    version: text,
    uptime_s: count,
    connections: count,
    rooms: count,
    participants: count,
    streams: count,
    checks: z.record(text, Check),
    duration_ms: z.number(),
  })
  .describe('How the server is');

/** For everybody who reaches the server: a reason may name an address inside the admin's network. */
export const PublicHealth = Health.extend({ checks: z.record(text, Check.omit({ reason: true })) });

export const Alive = z.object({ status: z.literal('ok') }).describe('The process answers');
/** RFC 6749, section 6, as JSON. */
export const RefreshRequest = z.object({ refresh_token: z.string().min(1).max(256) });
export const Refreshed = z
  .object({
    access_token: text,
    token_type: z.literal('Bearer'),
    expires_in: count.describe('Seconds'),
    refresh_token: text.describe('The one to use next; the one before counts until one of these two is used'),
  })
  .describe('The token that lets a client in, and the one that gets the next');

export const Rights = z
  .object({
    rights: z.array(
      z.object({
        id: text,
        name: text,
        sockets: count.describe('Open now, on all nodes and workers'),
        created_at: text,
        ends_at: text.nullable(),
        last_used_at: text.nullable(),
        revoked_at: text.nullable(),
        why: z.enum(['admin', 'reused']).nullable(),
      }),
    ),
    silent_nodes: count
      .optional()
      .describe('How many nodes or workers did not say in time how many sockets they have; absent when all did'),
  })
  .describe('Rights given by token, and who uses them now');
export const RevokeRequest = z.object({ id: z.string().min(1).max(64) });

export const Ready = z
  .object({ status: z.enum(['ok', 'draining', 'redis-away']) })
  .describe('Whether new clients are welcome');

export const Metrics = z
  .object({
    application: z.object({ version: text, environment: text }),
    data: z.object({
      total_rooms: count,
      total_participants: count,
      total_messages_relayed: count,
      active_streams: count,
    }),
    connections: z.object({
      total_connections: count,
      active_rooms: count,
      room_connections: z.record(text, count).describe('Participants by keyed hash of the room'),
    }),
    requests: z.object({
      total: count,
      successful: count,
      failed: count,
      success_rate: z.number(),
      average_duration_ms: z.number(),
      p50: z.number(),
      p95: z.number(),
      p99: z.number(),
    }),
    websocket: z.object({
      active_connections: count,
      total_connections: count,
      messages_sent: count,
      messages_received: count,
    }),
    streams: z.object({ started: count, ended: count }),
    rate_limits: z.record(text, count),
    errors: z.record(text, count),
  })
  .describe('The JSON form of the metrics');

export const PrometheusText = z.string().describe('The metrics as Prometheus reads them');

const Blocked = z.object({ address: text, ends_at: text, remaining_ms: count });

export const Debug = z
  .object({
    system: z.object({
      platform: text,
      release: text,
      cpus: count,
      load: z.array(z.number()),
      memory: z.object({ total_bytes: count, free_bytes: count }),
      disk: z.object({ total_bytes: count, free_bytes: count }),
      uptime_s: count,
    }),
    process: z.object({
      pid: count,
      node: text,
      uptime_s: count,
      memory: z.object({ rss_bytes: count, heap_used_bytes: count, heap_total_bytes: count, external_bytes: count }),
      active_resources: z.record(text, count),
      event_loop_delay_ms: z.number(),
      cpu: z.object({ user_ms: count, system_ms: count }),
    }),
    limits: z.record(text, count),
    blocked: z.array(Blocked),
  })
  .describe('Diagnostics of the machine and of this process');

export const Sample = z.object({
  at: count,
  connections: count,
  rooms: count,
  participants: count,
  streams: count,
  relayed_per_s: z.number(),
  requests_per_s: z.number(),
  errors_per_s: z.number(),
  event_loop_delay_ms: z.number(),
  memory_mib: z.number(),
});

export const Overview = z
  .object({
    health: Health,
    metrics: Metrics,
    blocked: z.array(Blocked),
    draining: z.boolean(),
    warnings: z
      .array(z.object({ key: text, sentence: text, since: text, acknowledged: z.boolean() }))
      .describe('Things that an admin should correct, oldest first'),
    samples: z.array(Sample).describe('The last hour, oldest first, one every ten seconds'),
  })
  .describe('Everything that the admin page shows');

export const UnblockRequest = z.object({ address: z.string().min(1).max(64) }).strict();
export const AcknowledgeRequest = z.object({ key: z.string().min(1).max(512) }).strict();
export const DrainRequest = z.object({ draining: z.boolean() }).strict();
/** An entry of the list as everybody may see it, without what lets somebody in. */
export const ListedRoomsForAdmin = z
  .object({
    listed_rooms: z.array(
      z.object({ room_id: RoomId, name: text, participants: count, needs_passphrase: z.boolean() }),
    ),
    total_count: count.describe('Found in all; the answer has the first fifty'),
  })
  .describe('Listed rooms, by name');
export const ListedRoomsQuery = z.object({
  search: RoomList.shape.search.describe('A part of the name, whatever its case'),
});
export const ListedRoomPath = z.object({ room_id: RoomId });
export const Done = z.object({ ok: z.literal(true) });

export const RefusalAnswer = Refusal.describe('Why it was refused: a stable code and a sentence');
export const ServerName = z.object({ name: z.literal('parley-signaling'), version: text });
export const About = z
  .object({
    service: z.literal('parley-signaling'),
    version: text,
    protocol: count.describe('Version of the protocol over Socket.IO'),
    access: z.enum(['open', 'password', 'token']).describe('The credential that lets a client in'),
    relay: z.boolean().describe('Whether it gives credentials for a TURN relay'),
    listed_rooms: z.boolean().describe('Whether rooms may be listed'),
    hosts: z.array(text).max(LIMITS.serverNamesMax).describe('Names under which invites lead to it'),
  })
  .describe('Facts for a client before it is in');
