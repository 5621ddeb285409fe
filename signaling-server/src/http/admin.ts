import { statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os';
import {
  accept,
  LIMITS,
  type ListedRooms,
  type Outcome,
  type RoomId,
  type RoomList,
  refuse,
  refuseInput,
} from '@parley/shared/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type AddressReader, limitKeyOf } from '../client-address.ts';
import type { Config } from '../config.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import { metricsJson } from '../metrics/figures.ts';
import type { SampleHistory } from '../metrics/samples.ts';
import { aboutRequest } from '../observe/requests.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import type { Warnings } from '../warnings.ts';
import { createAdminGuard } from './admin-token.ts';
import {
  AcknowledgeRequest,
  Debug,
  Done,
  DrainRequest,
  ListedRoomPath,
  ListedRoomsForAdmin,
  ListedRoomsQuery,
  Overview,
  UnblockRequest,
} from './answers.ts';
import { answers } from './describe.ts';
import { type ObservingPorts, readHealth } from './observing.ts';

export type AdminPorts = ObservingPorts & {
  config: Config;
  log: Log;
  limits: Limits;
  addressOf: AddressReader;
  pseudonyms: Pseudonyms;
  samples: SampleHistory;
  warnings: Warnings;
  /** Told when the admin acknowledged a warning. */
  onAcknowledged: (key: string) => void;
  setDraining: (draining: boolean) => void;
  /** Told when the admin lifted a block. */
  onLifted: (key: string) => void;
  /** A page of the server's list, as everybody gets it; rejects while it cannot be counted who is in the rooms. */
  listedRooms: (page: RoomList) => Promise<ListedRooms>;
  /** Takes a room off the server's list, whoever listed it. */
  withdrawListing: (roomId: RoomId) => Promise<Outcome<null>>;
};

/** What other routes of the admin need. */
export type AdminTools = {
  /** Lets nobody but the admin pass. */
  only: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  audit: (request: FastifyRequest, what: string, more?: object) => void;
};

/** A wrong admin token weighs as much as this many malformed frames. */
const WRONG_TOKEN_STRIKES = 20;

/**
 * What only the admin may see and do (S7, S8). Every change, and every wrong token, is a line of the audit log.
 */
export function addAdmin(app: FastifyInstance, ports: AdminPorts): AdminTools {
  const { config, limits, log, pseudonyms } = ports;
  const guard = createAdminGuard(config.adminToken);
  const keyOf = (request: FastifyRequest) => limitKeyOf(ports.addressOf(request.raw));
  const audit = (request: FastifyRequest, what: string, more: object = {}) =>
    log.info({ audit: true, ...aboutRequest(request), address: pseudonyms.address(keyOf(request)), ...more }, what);

  const adminOnly = async (request: FastifyRequest, reply: FastifyReply) => {
    const verdict = guard(request.headers.authorization);
    if (verdict === 'granted') return undefined;
    // Who gives no token guesses none: any web page can make its visitors ask, and must not get them blocked.
    if (verdict === 'refused' && request.headers.authorization !== undefined) {
      audit(request, 'admin refused');
      void limits.blocks.strike(keyOf(request), 'wrong admin token', WRONG_TOKEN_STRIKES);
    }
    return reply.code(401).header('www-authenticate', 'Bearer realm="parley"').send(refuse('not-allowed'));
  };
  const adminOrDevelopment = (request: FastifyRequest, reply: FastifyReply) =>
    config.nodeEnv === 'development' && config.adminToken === undefined
      ? Promise.resolve(undefined)
      : adminOnly(request, reply);

  const blocked = () =>
    limits.blocks.blocks().map(({ key, endsAt }) => ({
      address: key,
      ends_at: new Date(ports.wall() + endsAt - ports.now()).toISOString(),
      remaining_ms: Math.max(0, Math.round(endsAt - ports.now())),
    }));

  app.get(
    '/_debug',
    { schema: answers('Diagnostics', { 200: Debug }, { admin: true }), preHandler: adminOrDevelopment },
    () => diagnostics(ports, blocked()),
  );

  app.get(
    '/admin/api/overview',
    {
      schema: answers('Everything that the admin page shows', { 200: Overview }, { admin: true }),
      preHandler: adminOnly,
    },
    async (): Promise<z.infer<typeof Overview>> => ({
      health: await readHealth(ports),
      metrics: await metricsJson(await ports.figures(), ports.environment),
      blocked: blocked(),
      draining: ports.isDraining(),
      warnings: ports.warnings
        .current()
        .map(({ since, ...warning }) => ({ ...warning, since: new Date(since).toISOString() })),
      samples: [...ports.samples.samples()],
    }),
  );

  app.post(
    '/admin/api/unblock',
    { schema: answers('Lifts a block', { 200: Done }, { admin: true, body: UnblockRequest }), preHandler: adminOnly },
    async (request, reply) => {
      const asked = UnblockRequest.safeParse(request.body);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      if (!limits.blocks.lift(asked.data.address))
        return reply
          .code(404)
          .send(refuse('bad-request', { path: 'address', message: 'That address is not blocked.' }));
      ports.onLifted(asked.data.address);
      audit(request, 'address unblocked', { lifted: pseudonyms.address(asked.data.address) });
      return accept(null);
    },
  );

  app.post(
    '/admin/api/acknowledge',
    {
      schema: answers('Says that a warning was seen', { 200: Done }, { admin: true, body: AcknowledgeRequest }),
      preHandler: adminOnly,
    },
    async (request, reply) => {
      const asked = AcknowledgeRequest.safeParse(request.body);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      if (!ports.warnings.acknowledge(asked.data.key))
        return reply.code(404).send(refuse('bad-request', { path: 'key', message: 'That warning is over.' }));
      ports.onAcknowledged(asked.data.key);
      audit(request, 'warning acknowledged', { warning: asked.data.key });
      return accept(null);
    },
  );

  app.get(
    '/admin/api/listed-rooms',
    {
      schema: answers('Listed rooms, by name', { 200: ListedRoomsForAdmin }, { admin: true, query: ListedRoomsQuery }),
      preHandler: adminOnly,
    },
    async (request, reply): Promise<z.infer<typeof ListedRoomsForAdmin> | FastifyReply> => {
      const asked = ListedRoomsQuery.safeParse(request.query);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      const page = await ports.listedRooms({ limit: LIMITS.listedPageMax, ...asked.data }).catch(() => undefined);
      if (!page) return reply.code(503).send(refuse('server-busy', { retryAfterMs: 2_000 }));
      return {
        listed_rooms: page.items.map(({ roomId, name, participants, needsPassphrase }) => ({
          room_id: roomId,
          name,
          participants,
          needs_passphrase: needsPassphrase,
        })),
        total_count: page.total_count,
      };
    },
  );

  app.delete(
    '/admin/api/listed-rooms/:room_id',
    {
      schema: answers('Takes a room off the list', { 200: Done }, { admin: true, params: ListedRoomPath }),
      preHandler: adminOnly,
    },
    async (request, reply) => {
      const asked = ListedRoomPath.safeParse(request.params);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      const outcome = await ports.withdrawListing(asked.data.room_id);
      if (!outcome.ok) return reply.code(outcome.code === 'room-not-listed' ? 404 : 503).send(outcome);
      audit(request, 'room taken off the list by the admin', { room: pseudonyms.room(asked.data.room_id) });
      return accept(null);
    },
  );

  app.post(
    '/admin/api/drain',
    {
      schema: answers(
        'Sends clients elsewhere, or takes them again',
        { 200: Done },
        { admin: true, body: DrainRequest },
      ),
      preHandler: adminOnly,
    },
    async (request, reply) => {
      const asked = DrainRequest.safeParse(request.body);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      ports.setDraining(asked.data.draining);
      audit(request, asked.data.draining ? 'draining asked for' : 'draining taken back');
      return accept(null);
    },
  );
  return { only: adminOnly, audit };
}

async function diagnostics(
  ports: AdminPorts,
  blocked: z.infer<typeof Debug>['blocked'],
): Promise<z.infer<typeof Debug>> {
  const { config } = ports;
  const disk = await statfs('.');
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return {
    system: {
      platform: platform(),
      release: release(),
      cpus: cpus().length,
      load: loadavg(),
      memory: { total_bytes: totalmem(), free_bytes: freemem() },
      disk: { total_bytes: disk.blocks * disk.bsize, free_bytes: disk.bavail * disk.bsize },
      uptime_s: Math.round(uptime()),
    },
    process: {
      pid: process.pid,
      node: process.version,
      uptime_s: Math.round(process.uptime()),
      memory: {
        rss_bytes: memory.rss,
        heap_used_bytes: memory.heapUsed,
        heap_total_bytes: memory.heapTotal,
        external_bytes: memory.external,
      },
      active_resources: resources,
      event_loop_delay_ms: ports.health.eventLoopDelayMs(),
      cpu: { user_ms: Math.round(cpu.user / 1_000), system_ms: Math.round(cpu.system / 1_000) },
    },
    limits: {
      http_per_minute: config.httpPerMinute,
      sockets_per_minute: config.socketsPerMinute,
      sockets_per_address: config.socketsPerAddress,
      connections_per_address: config.connectionsPerAddress,
      joins_per_minute: config.joinsPerMinute,
      stream_starts_per_minute: config.streamStartsPerMinute,
      strikes_per_minute: config.strikesPerMinute,
      room_capacity: config.roomCapacity,
      max_connections: config.maxConnections,
    },
    blocked,
  };
}
