import { accept, refuse, refuseInput } from '@parley/shared/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Tokens } from '../auth/tokens.ts';
import { type AddressReader, limitKeyOf } from '../client-address.ts';
import type { RightsInUse } from '../cluster/figures.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import { aboutRequest } from '../observe/requests.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import type { AdminTools } from './admin.ts';
import { Done, Refreshed, RefreshRequest, RevokeRequest, Rights } from './answers.ts';
import { answers } from './describe.ts';

export type AccessPorts = {
  /** Undefined where the server gives no rights by token; then there is nothing to exchange, see or end. */
  tokens: Tokens | undefined;
  rightsInUse: () => Promise<RightsInUse>;
  /** Told when a right ended: its sockets are closed. */
  onEnded: (right: string) => void;
  limits: Limits;
  log: Log;
  addressOf: AddressReader;
  pseudonyms: Pseudonyms;
};

/** A token that is none weighs as much as this many malformed frames (R7). */
const WRONG_TOKEN_STRIKES = 10;

/** When a renewal that could not be written may be tried again. */
const AGAIN_MS = 5_000;

const dateOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The exchange of tokens, and what the admin sees and ends of them (S11). */
export function addAccess(app: FastifyInstance, ports: AccessPorts, admin: AdminTools): void {
  const { tokens, limits, log, pseudonyms } = ports;
  if (!tokens) {
    // The admin page asks once to find out: no error, and not counted as one.
    const nothing = { schema: { hide: true }, preHandler: admin.only };
    app.get('/admin/api/rights', nothing, (_request, reply) => reply.code(404).send(refuse('unknown-call')));
    return;
  }

  /** Rights that cannot be written now, on a full disk for example: nothing was changed, and the same may be asked again. */
  const cannotChange = (request: FastifyRequest, reply: FastifyReply, failure: unknown): FastifyReply => {
    log.error({ ...aboutRequest(request), err: failure }, 'rights cannot be changed');
    reply.header('retry-after', AGAIN_MS / 1_000);
    return reply.code(503).send(refuse('server-busy', { retryAfterMs: AGAIN_MS }));
  };

  app.post(
    '/auth/refresh',
    { schema: answers('Exchanges a refresh token', { 200: Refreshed }, { body: RefreshRequest }) },
    async (request, reply) => {
      const asked = RefreshRequest.safeParse(request.body);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      const key = limitKeyOf(ports.addressOf(request.raw));
      const outcome = await tokens.refresh(asked.data.refresh_token).catch((failure: unknown) => ({ failure }));
      if ('failure' in outcome) return cannotChange(request, reply, outcome.failure);
      if (outcome.ok) {
        const { accessToken, expiresInS, refreshToken } = outcome.value;
        const answer: z.infer<typeof Refreshed> = {
          access_token: accessToken,
          token_type: 'Bearer',
          expires_in: expiresInS,
          refresh_token: refreshToken,
        };
        return answer;
      }
      const { reused, ...refusal } = outcome;
      const about = { audit: true, ...aboutRequest(request), address: pseudonyms.address(key), right: reused };
      log.warn(about, reused === undefined ? 'refresh token refused' : 'refresh token used twice; its right ended');
      if (reused !== undefined) ports.onEnded(reused);
      if (refusal.code === 'access-refused') void limits.blocks.strike(key, 'wrong refresh token', WRONG_TOKEN_STRIKES);
      return reply.code(401).send(refusal);
    },
  );

  app.get(
    '/admin/api/rights',
    { schema: answers('Rights given by token', { 200: Rights }, { admin: true }), preHandler: admin.only },
    async (): Promise<z.infer<typeof Rights>> => {
      const [{ sockets, silentNodes }, records] = await Promise.all([ports.rightsInUse(), tokens.list()]);
      const rights = records.map((record) => ({
        id: record.id,
        name: record.name,
        sockets: sockets.get(record.id) ?? 0,
        created_at: new Date(record.createdAt).toISOString(),
        ends_at: dateOf(record.endsAt),
        last_used_at: dateOf(record.lastUsedAt),
        revoked_at: dateOf(record.revokedAt),
        why: record.why,
      }));
      return { rights, ...(silentNodes > 0 ? { silent_nodes: silentNodes } : {}) };
    },
  );

  app.post(
    '/admin/api/revoke',
    { schema: answers('Ends a right', { 200: Done }, { admin: true, body: RevokeRequest }), preHandler: admin.only },
    async (request, reply) => {
      const asked = RevokeRequest.safeParse(request.body);
      if (!asked.success) return reply.code(400).send(refuseInput(asked.error));
      const revoked = await tokens.revoke(asked.data.id).catch((failure: unknown) => ({ failure }));
      if (typeof revoked === 'object') return cannotChange(request, reply, revoked.failure);
      if (!revoked) return reply.code(404).send(refuse('bad-request', { path: 'id' }));
      admin.audit(request, 'right ended', { right: asked.data.id });
      ports.onEnded(asked.data.id);
      return accept(null);
    },
  );
}
