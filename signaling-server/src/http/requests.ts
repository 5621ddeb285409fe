import { Refusal } from '@parley/shared/protocol';
import type { Log } from '../log.ts';
import type { Counters } from '../metrics/counters.ts';
import type { TracedSpan, Tracing } from '../observe/tracing.ts';
import type { App } from './describe.ts';

const spans = new WeakMap<object, TracedSpan>();

/** The fields of every log line about a request. */
export function aboutRequest(request: { readonly id: string }): { request: string; traceId?: string; spanId?: string } {
  return { request: request.id, ...spans.get(request)?.ids };
}

export type RequestPorts = { log: Log; counters: Counters; tracing: Tracing; slowOperationMs: number };

/**
 * Counts and logs each request that was answered, and traces it, by the route that took it and not by its path. To be called before
 * plugins are registered: some answer by themselves.
 */
export function observeRequests(app: App, { log, counters, tracing, slowOperationMs }: RequestPorts): void {
  /** The codes of the requests that were refused. */
  const refusals = new WeakMap<object, string>();

  app.addHook('onRequest', async (request) => {
    const span = tracing.start(request.headers.traceparent);
    if (span) spans.set(request, span);
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    const { success, data } = Refusal.safeParse(payload);
    if (success) refusals.set(request, data.code);
    return payload;
  });

  app.addHook('onResponse', async (request, { statusCode, elapsedTime }) => {
    const { method } = request;
    const route = request.routeOptions.url;
    const code = refusals.get(request);
    const isSlow = elapsedTime > slowOperationMs;
    counters.request(method, route ?? 'none', statusCode, elapsedTime);
    const level = isSlow ? 'warn' : 'debug';
    if (log.isLevelEnabled(level)) {
      const tookMs = Math.round(elapsedTime);
      const line = { ...aboutRequest(request), method, route: route ?? 'none', status: statusCode, code, tookMs };
      log[level](line, isSlow ? 'slow operation' : 'request answered');
    }
    const failed = statusCode >= 500;
    spans.get(request)?.end(route === undefined ? method : `${method} ${route}`, {
      failed,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': statusCode,
        'error.type': failed ? String(statusCode) : undefined,
        'parley.request': request.id,
        'parley.code': code,
        'parley.slow': isSlow,
      },
    });
  });
}
