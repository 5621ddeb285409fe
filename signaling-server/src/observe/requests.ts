import type { IncomingHttpHeaders } from 'node:http';
import type { Log } from '../log.ts';
import { noSpans, type Spans } from './spans.ts';
import { startTrace, type Trace } from './trace.ts';

/** A request, as far as the log knows it. */
type Observed = {
  readonly id: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly routeOptions: { readonly url?: string | undefined };
};
/** What was answered, after how many milliseconds. */
type Answered = { readonly statusCode: number; readonly elapsedTime: number };

const traces = new WeakMap<Observed, Trace>();

/** Made when it is first asked for: a request may be answered before any hook of ours has seen it. */
function traceOf(request: Observed): Trace {
  const known = traces.get(request);
  if (known) return known;
  const trace = startTrace(request.headers.traceparent);
  traces.set(request, trace);
  return trace;
}

/** What every log line about a request has in it. */
export function aboutRequest(request: Observed): { request: string; traceId: string; spanId: string } {
  const { traceId, spanId } = traceOf(request);
  return { request: request.id, traceId, spanId };
}

/** The code that an answer refuses with. */
export function refusedWith(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('ok' in payload) || payload.ok !== false) return undefined;
  return 'code' in payload && typeof payload.code === 'string' ? payload.code : undefined;
}

export type RequestPorts = { log: Log; spans: Spans; slowOperationMs: number; now: () => number };

export type RequestObserver = ReturnType<typeof createRequestObserver>;

/** Logs a request that was answered, and hands its span on. The path is not in there, only the route that took it. */
export function createRequestObserver({ log, spans, slowOperationMs, now }: RequestPorts) {
  const refusals = new WeakMap<Observed, string>();
  return {
    refused(request: Observed, payload: unknown): void {
      const code = refusedWith(payload);
      if (code !== undefined) refusals.set(request, code);
    },
    answered(request: Observed, { statusCode, elapsedTime }: Answered): void {
      const { method } = request;
      const route = request.routeOptions.url;
      const code = refusals.get(request);
      const isSlow = elapsedTime > slowOperationMs;
      const level = isSlow ? 'warn' : 'debug';
      if (log.isLevelEnabled(level)) {
        const tookMs = Math.round(elapsedTime);
        const line = { ...aboutRequest(request), method, route: route ?? 'none', status: statusCode, code, tookMs };
        log[level](line, isSlow ? 'slow operation' : 'request answered');
      }
      if (spans === noSpans) return;
      const failed = statusCode >= 500;
      spans.add({
        name: route === undefined ? method : `${method} ${route}`,
        kind: 'server',
        trace: traceOf(request),
        endedAt: now(),
        tookMs: elapsedTime,
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
    },
  };
}
