import { randomInt, randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { type ErrorCode, LIMITS, PROTOCOL_VERSION, refuse, refuseInput, SIGNALING_PATH } from '@parley/shared/protocol';
import Fastify, { type FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { About, ServerName } from '../answers.ts';
import { limitKeyOf } from '../client-address.ts';
import type { Config } from '../config.ts';
import { SPREAD_MS } from '../limits/window-limit.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Tracing } from '../observe/tracing.ts';
import type { OriginRule } from '../origins.ts';
import { SERVER_VERSION } from '../version.ts';
import { type AccessPorts, addAccess } from './access.ts';
import { type AdminPorts, addAdmin } from './admin.ts';
import { addAdminPage } from './admin-page.ts';
import { type App, answers, COMPILERS } from './describe.ts';
import { createGuard, letAllPass } from './guard.ts';
import { addObserving } from './observing.ts';
import { aboutRequest, observeRequests } from './requests.ts';
import type { Certificate } from './tls.ts';

// An import of node:http asks for all that it exports, and with that loads Node's whole HTTP client: 13 MiB that no server needs.
const { createServer }: typeof import('node:http') = createRequire(import.meta.url)('node:http');

const BODY_MAX_BYTES = 4_096;
/** Connections beside those of sockets: a full server still answers monitors, and tells newcomers that it is busy. */
const BESIDE_SOCKETS_MAX = 1_000;
/** Longer than proxies keep an idle connection (nginx 60 s, Traefik 90 s, Caddy 120 s): the end that asks must be the one that closes. */
const PROXY_KEEP_ALIVE_MS = 125_000;
const ONLY_JSON = 'Only JSON is understood: send it with "Content-Type: application/json".';
/** S15: smaller bodies cost more to compress than to send. */
const COMPRESS_OVER_BYTES = 1_000;

/**
 * The one HTTP server that Fastify and Socket.IO share, with limits against slow and endless requests. With a certificate
 * it speaks TLS (1.2 or newer).
 */
export function createHttpServer(
  { maxConnections, trustProxy }: Pick<Config, 'maxConnections' | 'trustProxy'>,
  certificate?: Certificate,
): HttpServer | HttpsServer {
  const options = {
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8_192,
    keepAliveTimeout: trustProxy.length > 0 ? PROXY_KEEP_ALIVE_MS : 5_000,
    // A proxy that hands on HTTP/1.0 has none to give, and nothing here goes by it.
    requireHostHeader: false,
  };
  const http = certificate
    ? createTlsServer({ ...options, ...certificate, minVersion: 'TLSv1.2', handshakeTimeout: 5_000 })
    : createServer(options);
  http.maxConnections = maxConnections + BESIDE_SOCKETS_MAX;
  return http;
}

export type HttpPorts = AdminPorts &
  AccessPorts & {
    originAllowed: OriginRule;
    counters: Counters;
    tracing: Tracing;
    /** The names of this server for somebody at this address. */
    hostsFor: (ip: string) => readonly string[];
  };

/** Health, metrics, diagnostics and the admin's calls, and a clear answer to everything else. */
export async function createHttpApp(http: HttpServer | HttpsServer, ports: HttpPorts): Promise<App> {
  const { config, limits, counters, log, originAllowed, pseudonyms, tracing } = ports;
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    forceCloseConnections: true,
    // The absolute form, which a server has to take as well.
    rewriteUrl: ({ url = '/' }) => url.replace(/^https?:\/\/[^/?]*\/?/i, '/'),
    genReqId: () => randomUUID(),
    schemaController: { compilersFactory: COMPILERS },
    serverFactory: (handler) => {
      http.on('request', handler);
      return http;
    },
  }).withTypeProvider<ZodTypeProvider>();
  observeRequests(app, { log, counters, tracing, slowOperationMs: config.slowOperationMs });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // Only behind HTTPS does it mean anything; the proxy that ends TLS adds it there too.
    strictTransportSecurity: config.nodeEnv === 'production',
  });
  await app.register(cors, {
    origin: (origin, decide) => decide(null, origin !== undefined && originAllowed(origin)),
    methods: ['GET', 'HEAD', 'POST'],
    strictPreflight: false,
  });
  await app.register(compress, { threshold: COMPRESS_OVER_BYTES, encodings: ['br', 'gzip'] });
  if (config.nodeEnv !== 'production') {
    // It describes what is served only outside production (S11); there it need not be in memory.
    const [{ default: swagger }, { jsonSchemaTransform }] = await Promise.all([
      import('@fastify/swagger'),
      import('fastify-type-provider-zod'),
    ]);
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Parley signaling server',
          version: SERVER_VERSION,
          description: 'The HTTP side. The events over Socket.IO are in asyncapi.json and protocol.md.',
        },
        components: {
          securitySchemes: {
            admin: { type: 'http', scheme: 'bearer', description: 'ADMIN_TOKEN' },
            metrics: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN, where one is set' },
          },
        },
      },
      transform: jsonSchemaTransform,
    });
  }

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'cache-control': 'no-store',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    });
    if (isUncounted(request.url)) return;
    const key = limitKeyOf(ports.addressOf(request.raw));
    const blockedMs = limits.blocks.remainingMs(key);
    if (blockedMs > 0) return sendRefusal(reply, 429, 'blocked', { retryAfterMs: blockedMs + randomInt(SPREAD_MS) });
    const verdict = await limits.http.consume(key);
    if (verdict.limit > 0) {
      const resetS = Math.ceil((verdict.ok ? verdict.resetMs : verdict.retryAfterMs) / 1_000);
      reply.header('ratelimit-policy', `"default";q=${verdict.limit};w=60`);
      reply.header('ratelimit', `"default";r=${verdict.ok ? verdict.remaining : 0};t=${resetS}`);
    }
    if (verdict.ok) return;
    counters.limit('http');
    if (verdict.isFirst) log.warn({ address: pseudonyms.address(key), limit: 'HTTP_PER_MINUTE' }, 'limit reached');
    if (verdict.isFlood) void limits.blocks.strike(key, 'HTTP_PER_MINUTE');
    return sendRefusal(reply, 429, 'rate-limited', { retryAfterMs: verdict.retryAfterMs });
  });

  app.addHook('onSend', async (_request, reply, payload) => {
    const tookMs = reply.elapsedTime;
    // S15: the first is in milliseconds by its standard, the second in seconds as everybody else sends it.
    reply.headers({ 'server-timing': `app;dur=${tookMs.toFixed(3)}`, 'x-process-time': (tookMs / 1_000).toFixed(6) });
    return payload;
  });

  // Before the routes: each keeps the handler that there is when it is added.
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof z.ZodError) return reply.code(400).send(refuseInput(error));
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ ...aboutRequest(request), err: error }, 'request failed');
    if (status === 415) return sendRefusal(reply, status, 'bad-request', { message: ONLY_JSON });
    const code: ErrorCode = status === 413 ? 'too-large' : status < 500 ? 'bad-request' : 'internal';
    return sendRefusal(reply, status, code);
  });

  app.get('/', answers('Which program this is', { 200: ServerName }), async () => ({
    name: 'parley-signaling' as const,
    version: SERVER_VERSION,
  }));
  app.get('/about', answers('Facts for a client before it is in', { 200: About }), async (request) => ({
    service: 'parley-signaling' as const,
    version: SERVER_VERSION,
    protocol: PROTOCOL_VERSION,
    access: config.access,
    relay: config.turnUrls.length > 0,
    listed_rooms: config.listedMax > 0,
    hosts: ports.hostsFor(ports.addressOf(request.raw)).slice(0, LIMITS.serverNamesMax),
  }));
  const admin = addAdmin(app, ports);
  addAccess(app, ports, admin);
  const { metricsToken } = config;
  addObserving(
    app,
    ports,
    metricsToken === undefined ? letAllPass : createGuard(metricsToken, 'metrics refused', ports, admin.audit),
  );
  await addAdminPage(app, config);
  if (config.nodeEnv !== 'production') {
    app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  }

  // Polling is not offered; a plain request here is a browser or an old client.
  app.all(`${SIGNALING_PATH}/`, { schema: { hide: true } }, async (_request, reply) => {
    reply.header('upgrade', 'websocket');
    return sendRefusal(reply, 426, 'bad-request');
  });

  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, 404, 'unknown-call'));
  type More = { message?: string; retryAfterMs?: number };
  function sendRefusal(reply: FastifyReply, status: number, code: ErrorCode, more: More = {}): FastifyReply {
    counters.error(code);
    if (more.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(more.retryAfterMs / 1_000));
    return reply.code(status).send(refuse(code, more));
  }
  return app;
}

/** The routes that monitors ask often and must always get. */
const isUncounted = (url: string): boolean =>
  /^\/(?:health(?:\/(?:live|ready))?|metrics(?:\/prometheus)?)(?:\?|$)/.test(url);
