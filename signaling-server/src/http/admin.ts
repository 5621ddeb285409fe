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
} from '@parley/shared/protocol';
import type { z } from 'zod';
import {
  AcknowledgeRequest,
  Debug,
  Done,
  DrainRequest,
  ListedRoomPath,
  ListedRoomsForAdmin,
  ListedRoomsQuery,
  Overview,
  RefusalAnswer,
  UnblockRequest,
} from '../answers.ts';
import type { Config } from '../config.ts';
import { metricsJson } from '../metrics/figures.ts';
import type { SampleHistory } from '../metrics/samples.ts';
import type { Warnings } from '../warnings.ts';
import { type App, AS_ADMIN, answers, type Parts } from './describe.ts';
import { type Audit, createAudit, createGuard, type Guard, type GuardPorts, letAllPass } from './guard.ts';
import { type ObservingPorts, readHealth } from './observing.ts';

export type AdminPorts = ObservingPorts &
  GuardPorts & {
    config: Config;
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

/** The parts that other routes of the admin need: the guard that lets nobody but the admin pass, the options with it, and the audit log. */
export type AdminTools = { only: Guard; asAdmin: ReturnType<typeof optionsFor>; audit: Audit };

/** Options of a route that `only` guards, before anything is parsed. */
const optionsFor =
  (only: Guard) =>
  <A extends Record<number, z.ZodType>, P extends Parts = Record<never, never>>(
    summary: string,
    byStatus: A,
    parts?: P,
  ) => ({ onRequest: only, ...answers(summary, byStatus, { ...(parts as P), security: AS_ADMIN }) });

/**
 * The routes for the admin alone (S7, S8). Every change, and every wrong token, is a line of the audit log.
 */
export function addAdmin(app: App, ports: AdminPorts): AdminTools {
  const { config, limits, pseudonyms } = ports;
  const audit = createAudit(ports);
  const only = createGuard(config.adminToken, 'admin refused', ports, audit);
  const asAdmin = optionsFor(only);
  const isOpen = config.nodeEnv === 'development' && config.adminToken === undefined;

  const blocked = () =>
    limits.blocks.blocks().map(({ key, endsAt }) => ({
      address: key,
      ends_at: new Date(ports.wall() + endsAt - ports.now()).toISOString(),
      remaining_ms: Math.max(0, Math.round(endsAt - ports.now())),
    }));

  app.get('/_debug', { ...asAdmin('Diagnostics', { 200: Debug }), ...(isOpen && { onRequest: letAllPass }) }, () =>
    diagnostics(ports, blocked()),
  );

  app.get('/admin/api/overview', asAdmin('Everything that the admin page shows', { 200: Overview }), async () => ({
    health: await readHealth(ports),
    metrics: await metricsJson(await ports.figures(), ports.environment),
    blocked: blocked(),
    draining: ports.isDraining(),
    warnings: ports.warnings
      .current()
      .map(({ since, ...warning }) => ({ ...warning, since: new Date(since).toISOString() })),
    samples: [...ports.samples.samples()],
  }));

  app.post(
    '/admin/api/unblock',
    asAdmin('Lifts a block', { 200: Done }, { body: UnblockRequest }),
    async (request, reply) => {
      const { address } = request.body;
      if (!limits.blocks.lift(address))
        return reply
          .code(404)
          .send(refuse('bad-request', { path: 'address', message: 'That address is not blocked.' }));
      ports.onLifted(address);
      audit(request, 'address unblocked', { lifted: pseudonyms.address(address) });
      return accept(null);
    },
  );

  app.post(
    '/admin/api/acknowledge',
    asAdmin('Says that a warning was seen', { 200: Done }, { body: AcknowledgeRequest }),
    async (request, reply) => {
      const { key } = request.body;
      if (!ports.warnings.acknowledge(key))
        return reply.code(404).send(refuse('bad-request', { path: 'key', message: 'That warning is over.' }));
      ports.onAcknowledged(key);
      audit(request, 'warning acknowledged', { warning: key });
      return accept(null);
    },
  );

  app.get(
    '/admin/api/listed-rooms',
    asAdmin(
      'Listed rooms, by name',
      { 200: ListedRoomsForAdmin, 503: RefusalAnswer },
      { querystring: ListedRoomsQuery },
    ),
    async (request, reply) => {
      const page = await ports.listedRooms({ limit: LIMITS.listedPageMax, ...request.query }).catch(() => undefined);
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
    asAdmin('Takes a room off the list', { 200: Done, 503: RefusalAnswer }, { params: ListedRoomPath }),
    async (request, reply) => {
      const { room_id } = request.params;
      const outcome = await ports.withdrawListing(room_id);
      if (!outcome.ok) return reply.code(outcome.code === 'room-not-listed' ? 404 : 503).send(outcome);
      audit(request, 'room taken off the list by the admin', { room: pseudonyms.room(room_id) });
      return accept(null);
    },
  );

  app.post(
    '/admin/api/drain',
    asAdmin('Sends clients elsewhere, or takes them again', { 200: Done }, { body: DrainRequest }),
    async (request) => {
      const { draining } = request.body;
      ports.setDraining(draining);
      audit(request, draining ? 'draining asked for' : 'draining taken back');
      return accept(null);
    },
  );
  return { only, asAdmin, audit };
}

/** The state of this process and its machine (S7). */
async function diagnostics(
  ports: AdminPorts,
  blocked: z.infer<typeof Debug>['blocked'],
): Promise<z.infer<typeof Debug>> {
  const { config } = ports;
  const disk = await statfs('.');
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
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
      memory: { rss_bytes: rss, heap_used_bytes: heapUsed, heap_total_bytes: heapTotal, external_bytes: external },
      active_resources: resources,
      event_loop_delay_ms: ports.health.eventLoopDelayMs(),
      cpu: { user_ms: Math.round(user / 1_000), system_ms: Math.round(system / 1_000) },
    },
    // Every setting that is a number.
    limits: Object.fromEntries(
      Object.entries(config).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
    ),
    blocked,
  };
}
