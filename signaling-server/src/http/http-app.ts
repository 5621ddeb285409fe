import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import { type ErrorCode, refuse, SIGNALING_PATH } from '@parley/shared/protocol';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { type AddressReader, limitKeyOf } from '../client-address.ts';
import type { Config } from '../config.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import { type MetricsSource, metricsJson } from '../metrics/metrics.ts';
import type { OriginRule } from '../origins.ts';
import { SERVER_VERSION } from '../version.ts';
import type { HealthChecks } from './health.ts';

const BODY_MAX_BYTES = 4_096;

/** The one HTTP server that Fastify and Socket.IO share, with limits against slow and endless requests. */
export function createHttpServer(maxConnections: number): HttpServer {
  const http = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8_192,
    keepAliveTimeout: 5_000,
  });
  http.maxConnections = maxConnections;
  return http;
}

const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'x-dns-prefetch-control': 'off',
  'cache-control': 'no-store',
  // Every answer depends on it, also the one without an allowed origin.
  vary: 'Origin',
} as const;

export type HttpPorts = {
  log: Log;
  limits: Limits;
  addressOf: AddressReader;
  originAllowed: OriginRule;
  health: HealthChecks;
  metrics: MetricsSource;
  prometheus: Registry;
  isDraining: () => boolean;
  now: () => number;
};

/** Health and metrics, and a clear answer to everything else. */
export function createHttpApp(http: HttpServer, config: Config, ports: HttpPorts): FastifyInstance {
  const { limits, metrics, log } = ports;
  const { tally } = metrics;
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_MAX_BYTES,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    serverFactory: (handler) => {
      http.on('request', handler);
      return http;
    },
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    const { origin } = request.headers;
    if (origin !== undefined && ports.originAllowed(origin)) reply.header('access-control-allow-origin', origin);
    if (isUncounted(request.url)) return;
    const key = limitKeyOf(ports.addressOf(request.raw));
    const blockedMs = limits.blocks.remainingMs(key);
    if (blockedMs > 0) return sendRefusal(reply, 429, 'blocked', blockedMs);
    const verdict = await limits.http.consume(key);
    if (verdict.limit > 0) {
      const resetS = Math.ceil((verdict.ok ? verdict.resetMs : verdict.retryAfterMs) / 1_000);
      reply.header('ratelimit-policy', `"default";q=${verdict.limit};w=60`);
      reply.header('ratelimit', `"default";r=${verdict.ok ? verdict.remaining : 0};t=${resetS}`);
    }
    if (verdict.ok) return;
    tally.limit('http');
    void limits.blocks.strike(key);
    return sendRefusal(reply, 429, 'rate-limited', verdict.retryAfterMs);
  });

  app.addHook('onSend', async (_request, reply, payload) => {
    const tookMs = reply.elapsedTime.toFixed(3);
    reply.header('server-timing', `app;dur=${tookMs}`).header('x-process-time', `${tookMs}ms`);
    return payload;
  });

  app.addHook('onResponse', async (request, reply) => {
    tally.request(reply.elapsedTime, reply.statusCode >= 400);
    const line = {
      request: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      tookMs: Math.round(reply.elapsedTime),
    };
    if (reply.elapsedTime > config.slowOperationMs) log.warn(line, 'slow operation');
    else log.debug(line, 'request answered');
  });

  app.get('/', async () => ({ name: 'parley-signaling', version: SERVER_VERSION }));

  app.get('/health', async () => {
    const startedAt = performance.now();
    const checks = await ports.health.run();
    const counts = metrics.counts();
    const degraded = Object.values(checks).some((check) => check.status === 'degraded');
    return {
      status: ports.isDraining() ? 'draining' : degraded ? 'degraded' : 'ok',
      version: SERVER_VERSION,
      uptime_s: Math.round((ports.now() - metrics.startedAt) / 1_000),
      connections: metrics.connections(),
      rooms: counts.rooms,
      participants: counts.participants,
      streams: counts.streams,
      checks,
      duration_ms: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
    };
  });
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    if (!ports.isDraining()) return { status: 'ok' };
    return reply.code(503).send({ status: 'draining' });
  });

  app.get('/metrics', async (request, reply) => {
    reply.header('vary', 'Origin, Accept');
    const accepted = request.headers.accept ?? '';
    return accepted.includes('application/json') ? metricsJson(metrics) : prometheusText(reply);
  });
  app.get('/metrics/prometheus', async (_request, reply) => prometheusText(reply));

  async function prometheusText(reply: FastifyReply): Promise<string> {
    reply.header('content-type', ports.prometheus.contentType);
    return await ports.prometheus.metrics();
  }

  // Polling is not offered; a plain request here is a browser or an old client.
  app.all(`${SIGNALING_PATH}/`, async (_request, reply) => {
    reply.header('upgrade', 'websocket');
    return sendRefusal(reply, 426, 'bad-request');
  });

  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, 404, 'unknown-call'));
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ request: request.id, err: error }, 'request failed');
    const code: ErrorCode = status === 413 ? 'too-large' : status < 500 ? 'bad-request' : 'internal';
    return sendRefusal(reply, status, code);
  });

  function sendRefusal(reply: FastifyReply, status: number, code: ErrorCode, retryAfterMs?: number): FastifyReply {
    tally.error(code);
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
    return reply.code(status).send(refuse(code, retryAfterMs === undefined ? {} : { retryAfterMs }));
  }
  return app;
}

/** What monitors ask often and must always get. */
const isUncounted = (url: string): boolean => /^\/(?:health|metrics)(?:[/?]|$)/.test(url);
