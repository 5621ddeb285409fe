/** The attributes of a span besides its name and its time. */
export type SpanFacts = {
  /** Whether the server failed; a refusal is no failure. */
  failed: boolean;
  attributes: Readonly<Record<string, string | number | boolean | undefined>>;
};

/** A request or a socket that is being traced. Like log lines, spans name rooms by pseudonyms and never tell addresses. */
export interface TracedSpan {
  /** For log lines: hexadecimal ids of the trace and of this span. */
  readonly ids: Readonly<{ traceId: string; spanId: string }>;
  /** Records a part of it that has just ended after `tookMs` milliseconds. */
  part(name: string, tookMs: number, facts: SpanFacts): void;
  /** Ends it under the name that it has by now. */
  end(name: string, facts: SpanFacts): void;
}

/** Where spans are made. Nothing here waits or throws. */
export interface Tracing {
  /** Begins a span, in the caller's trace if `traceparent` (W3C Trace Context) names one; undefined where nothing is traced. */
  start(traceparent: unknown): TracedSpan | undefined;
  /** Exports what is left, for at most a second. */
  close(): Promise<void>;
}

/** For a server without a collector. */
export const noTracing: Tracing = { start: () => undefined, close: () => Promise.resolve() };
