import type { IncomingHttpHeaders } from 'node:http';
import type { Log } from '../log.ts';
import type { TracedSpan, Tracing } from './tracing.ts';

/** A request, as far as the log knows it. */
type Observed = {
  readonly id: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly routeOptions: { readonly url?: string | undefined };
};
/** The status of the answer, after how many milliseconds. */
type Answered = { readonly statusCode: number; readonly elapsedTime: number };

const spans = new WeakMap<Observed, TracedSpan>();

/** The fields of every log line about a request. */
export function aboutRequest(request: Observed): { request: string; traceId?: string; spanId?: string } {
  return { request: request.id, ...spans.get(request)?.ids };
}

/** The code that an answer refuses with. */
export function refusedWith(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('ok' in payload) || payload.ok !== false) return undefined;
  return 'code' in payload && typeof payload.code === 'string' ? payload.code : undefined;
}

export type RequestPorts = { log: Log; tracing: Tracing; slowOperationMs: number };

/** Logs a request that was answered and ends its span. Both have the route that took it, not the path. */
export function createRequestObserver({ log, tracing, slowOperationMs }: RequestPorts) {
  const refusals = new WeakMap<Observed, string>();
  return {
    began(request: Observed): void {
      const span = tracing.start(request.headers.traceparent);
      if (span) spans.set(request, span);
    },
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
    },
  };
}
