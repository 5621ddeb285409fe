import { randomUUID } from 'node:crypto';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { SERVER_VERSION } from '../version.ts';
import type { SpanFacts, TracedSpan, Tracing } from './tracing.ts';

/** How long one export may take with its retries. */
const EXPORT_MS = 5_000;
/** How long the last ones may hold up the stop. */
const LAST_MS = 1_000;

type Target = { endpoint: string; headers: Readonly<Record<string, string>>; environment: string };

/**
 * Exports spans to an OpenTelemetry collector, as OTLP over HTTP with JSON. Loaded only where a collector is set. At most 2,048
 * spans wait; the SDK drops what comes on top.
 */
export function openTracing({ endpoint, headers, environment }: Target, clock: Clock, log: Log): Tracing {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  const exporter = telling(
    new OTLPTraceExporter({ url: url.href, headers: { ...headers }, timeoutMillis: EXPORT_MS }),
    log,
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'parley-signaling',
      'service.version': SERVER_VERSION,
      'service.instance.id': randomUUID(),
      'deployment.environment.name': environment,
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('parley-signaling', SERVER_VERSION);

  const finish = (span: Span, { failed, attributes }: SpanFacts): void => {
    span.setAttributes(attributes as Attributes);
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(clock.wall());
  };

  const traced = (span: Span): TracedSpan => {
    const { traceId, spanId } = span.spanContext();
    return {
      ids: { traceId, spanId },
      part(name, tookMs, facts) {
        const options = { kind: SpanKind.SERVER, startTime: clock.wall() - tookMs };
        finish(tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, span)), facts);
      },
      end(name, facts) {
        span.updateName(name);
        finish(span, facts);
      },
    };
  };

  return {
    start(traceparent) {
      const options = { kind: SpanKind.SERVER, startTime: clock.wall() };
      return traced(tracer.startSpan('unnamed', options, callerOf(traceparent)));
    },
    async close() {
      await new Promise<void>((resolve) => {
        const giveUp = clock.after(LAST_MS, () => {
          log.warn('spans were not exported');
          resolve();
        });
        const over = (): void => {
          giveUp();
          resolve();
        };
        provider.shutdown().then(over, over);
      });
    },
  };
}

/** The caller's span; the SDK follows its decision whether the trace is kept. */
function callerOf(traceparent: unknown): Context {
  const caller = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  return caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
}

/** Says in the log when exports begin to fail and when they succeed again. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const fails = result.code !== ExportResultCode.SUCCESS;
        if (fails && !isFailing) log.warn({ why: result.error?.message }, 'spans cannot be exported');
        if (!fails && isFailing) log.warn('spans are exported again; some were lost');
        isFailing = fails;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
