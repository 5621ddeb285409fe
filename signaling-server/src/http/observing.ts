import { performance } from 'node:perf_hooks';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Alive, type Health, Metrics, PrometheusText, PublicHealth, Ready } from '../answers.ts';
import { type Figures, metricsJson, totalOf } from '../metrics/figures.ts';
import { SERVER_VERSION } from '../version.ts';
import { type App, answers } from './describe.ts';
import type { Guard } from './guard.ts';
import type { HealthChecks } from './health.ts';

export type ObservingPorts = {
  health: HealthChecks;
  /** The figures of all processes of this server on this machine. */
  figures: () => Promise<Figures>;
  environment: string;
  /** When the server started. */
  startedAt: number;
  isDraining: () => boolean;
  /** Whether the other nodes can be reached; true for a server that is alone. */
  isWhole: () => boolean;
  now: () => number;
  wall: () => number;
};

/** How the server is now (S5). */
export async function readHealth(ports: ObservingPorts): Promise<z.infer<typeof Health>> {
  const startedAt = performance.now();
  const [figures, checks] = await Promise.all([ports.figures(), ports.health.run()]);
  const degraded = Object.values(checks).some((check) => check.status === 'degraded');
  return {
    status: ports.isDraining() ? 'draining' : degraded ? 'degraded' : 'ok',
    version: SERVER_VERSION,
    uptime_s: Math.round((ports.now() - ports.startedAt) / 1_000),
    connections: await totalOf(figures, 'parley_connections'),
    rooms: await totalOf(figures, 'parley_rooms'),
    participants: await totalOf(figures, 'parley_participants'),
    streams: await totalOf(figures, 'parley_streams'),
    checks,
    duration_ms: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
  };
}

/** Health and metrics: what monitors ask often and must always get. */
export function addObserving(app: App, ports: ObservingPorts, metricsGuard: Guard): void {
  const health = oneAtATime(() => readHealth(ports));
  app.get('/health', answers('How the server is', { 200: PublicHealth }), () => health());
  app.get('/health/live', answers('Whether the process answers', { 200: Alive }), async () => ({
    status: 'ok' as const,
  }));
  app.get(
    '/health/ready',
    answers('Whether new clients are welcome', { 200: Ready, 503: Ready }),
    async (_request, reply) => {
      const status = ports.isDraining() ? 'draining' : ports.isWhole() ? 'ok' : 'redis-away';
      if (status !== 'ok') void reply.code(503);
      return { status };
    },
  );

  const text = oneAtATime(async () => {
    const { registry } = await ports.figures();
    return { type: registry.contentType, body: await registry.metrics() };
  });
  const prometheusText = async (reply: FastifyReply): Promise<string> => {
    const { type, body } = await text();
    reply.header('content-type', type);
    return body;
  };
  const json = oneAtATime(async () => metricsJson(await ports.figures(), ports.environment));
  const security = [{}, { metrics: [] }];
  app.get(
    '/metrics',
    {
      onRequest: metricsGuard,
      ...answers(
        'Metrics: Prometheus text, or JSON when asked for',
        { 200: z.union([Metrics, PrometheusText]) },
        { security },
      ),
    },
    async (request, reply) => {
      reply.header('vary', 'Origin, Accept');
      const accepted = request.headers.accept ?? '';
      return accepted.includes('application/json') ? json() : prometheusText(reply);
    },
  );
  app.get(
    '/metrics/prometheus',
    { onRequest: metricsGuard, ...answers('Metrics as Prometheus text', { 200: PrometheusText }, { security }) },
    (_request, reply) => prometheusText(reply),
  );
}

/** Callers that come while an answer is being made get that answer, so a flood of them makes one at a time. */
function oneAtATime<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | undefined;
  return () => {
    making ??= make().finally(() => {
      making = undefined;
    });
    return making;
  };
}
