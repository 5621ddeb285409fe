import { accept, refuse } from '@parley/shared/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Done, Refreshed, RefreshRequest, RefusalAnswer, RevokeRequest, Rights } from '../answers.ts';
import type { Tokens } from '../auth/tokens.ts';
import { limitKeyOf } from '../client-address.ts';
import type { RightsInUse } from '../cluster/figures.ts';
import type { AdminTools } from './admin.ts';
import { type App, answers } from './describe.ts';
import type { GuardPorts } from './guard.ts';
import { aboutRequest } from './requests.ts';

export type AccessPorts = GuardPorts & {
  /** Undefined where the server gives no rights by token; then there is nothing to exchange, see or end. */
  tokens: Tokens | undefined;
  rightsInUse: () => Promise<RightsInUse>;
  /** Told when a right ended: its sockets are closed. */
  onEnded: (right: string) => void;
};

/** When a renewal that could not be written may be tried again. */
const AGAIN_MS = 5_000;

const dateOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** The exchange of tokens, and what the admin sees and ends of them (S11). */
export function addAccess(app: App, ports: AccessPorts, admin: AdminTools): void {
  const { tokens, limits, log, pseudonyms } = ports;
  if (!tokens) {
    // The admin page asks once to find out: no error, and not counted as one.
    const nothing = { schema: { hide: true }, onRequest: admin.only };
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
    answers('Exchanges a refresh token', { 200: Refreshed, 503: RefusalAnswer }, { body: RefreshRequest }),
    async (request, reply) => {
      const key = limitKeyOf(ports.addressOf(request.raw));
      const outcome = await tokens.refresh(request.body.refresh_token).catch((failure: unknown) => ({ failure }));
      if ('failure' in outcome) return cannotChange(request, reply, outcome.failure);
      if (outcome.ok) {
        const { accessToken, expiresInS, refreshToken } = outcome.value;
        return {
          access_token: accessToken,
          token_type: 'Bearer' as const,
          expires_in: expiresInS,
          refresh_token: refreshToken,
        };
      }
      const { reused, ...refusal } = outcome;
      const about = { audit: true, ...aboutRequest(request), address: pseudonyms.address(key), right: reused };
      log.warn(about, reused === undefined ? 'refresh token refused' : 'refresh token used twice; its right ended');
      if (reused !== undefined) ports.onEnded(reused);
      if (refusal.code === 'access-refused') {
        const weight = limits.wrongSecrets.strikesFor(key, request.body.refresh_token);
        void limits.blocks.strike(key, 'wrong refresh token', weight);
      }
      return reply.code(401).send(refusal);
    },
  );

  app.get('/admin/api/rights', admin.asAdmin('Rights given by token', { 200: Rights }), async () => {
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
  });

  app.post(
    '/admin/api/revoke',
    admin.asAdmin('Ends a right', { 200: Done, 503: RefusalAnswer }, { body: RevokeRequest }),
    async (request, reply) => {
      const { id } = request.body;
      const revoked = await tokens.revoke(id).catch((failure: unknown) => ({ failure }));
      if (typeof revoked === 'object') return cannotChange(request, reply, revoked.failure);
      if (!revoked) return reply.code(404).send(refuse('bad-request', { path: 'id' }));
      admin.audit(request, 'right ended', { right: id });
      ports.onEnded(id);
      return accept(null);
    },
  );
}
