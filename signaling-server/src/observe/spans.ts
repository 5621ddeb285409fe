import type { Trace } from './trace.ts';

/** Something that was done, for a collector of traces. Like log lines it names rooms by pseudonyms, and addresses not at all. */
export type Span = {
  name: string;
  /** server: asked for from outside. internal: a part of that. */
  kind: 'server' | 'internal';
  trace: Trace;
  /** Milliseconds since 1970. */
  endedAt: number;
  tookMs: number;
  /** Whether the server failed; a refusal is not that. */
  failed: boolean;
  attributes: Readonly<Record<string, string | number | boolean | undefined>>;
};

/** Where spans go. Adding one never waits and never throws. */
export interface Spans {
  add(span: Span): void;
  /** Sends what is left, if that can be done soon. */
  close(): Promise<void>;
}

/** For a server that has no collector; a span need not even be made for it. */
export const noSpans: Spans = { add: () => {}, close: () => Promise.resolve() };
