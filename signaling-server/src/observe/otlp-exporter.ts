import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { SERVER_VERSION } from '../version.ts';
import type { Span, Spans } from './spans.ts';

/** Spans that may wait; further ones are counted and forgotten. */
const QUEUE_MAX = 2_048;
const BATCH_MAX = 512;
const EVERY_MS = 5_000;
const ANSWER_MS = 10_000;
const RETRY_MAX_MS = 60_000;
/** How long the last ones may hold up the stop. */
const LAST_MS = 1_000;

/** Statuses after which the same may be sent again; any other refusal is final. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const Answer = z.object({ partialSuccess: z.object({ rejectedSpans: z.coerce.number().default(0) }).optional() });

type Target = { endpoint: string; headers: Readonly<Record<string, string>>; environment: string };
type Ports = { clock: Clock; log: Log; random: (sizeBytes: number) => Uint8Array };
type Result = { at: 'over'; lost: number } | { at: 'later'; waitMs?: number | undefined; why: string };

/**
 * Sends spans to an OpenTelemetry collector: OTLP over HTTP in its JSON encoding (docs/adr/0010). One request at a time,
 * and whatever the collector does, the server goes on.
 */
export function createOtlpExporter({ endpoint, headers, environment }: Target, { clock, log, random }: Ports): Spans {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  const resource = attributesOf({
    'service.name': 'parley-signaling',
    'service.version': SERVER_VERSION,
    'service.instance.id': randomUUID(),
    'deployment.environment.name': environment,
  });
  const queue: object[] = [];
  const ending = new AbortController();
  let sending: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let failures = 0;
  let lost = 0;

  function sendIn(delayMs: number): void {
    cancel?.();
    cancel = clock.after(delayMs, () => {
      cancel = undefined;
      sending ??= send().finally(() => (sending = undefined));
    });
  }

  async function send(): Promise<void> {
    const batch = queue.slice(0, BATCH_MAX);
    const result = await post(batch);
    if (ending.signal.aborted) return;
    if (result.at === 'later') {
      if (failures === 0) log.warn({ why: result.why }, 'spans cannot be exported');
      failures += 1;
      const growing = Math.min(RETRY_MAX_MS, EVERY_MS * 2 ** Math.min(failures - 1, 10));
      // Up to half as long again, so that several servers do not come back at the same moment.
      sendIn(result.waitMs ?? growing * (1 + (random(1)[0] ?? 0) / 510));
      return;
    }
    queue.splice(0, batch.length);
    lost += result.lost;
    if (failures > 0 || lost > 0) log.warn({ lost }, 'spans are exported; some may have been lost');
    [failures, lost] = [0, 0];
    if (queue.length > 0) sendIn(queue.length < BATCH_MAX ? EVERY_MS : 0);
  }

  async function post(spans: object[]): Promise<Result> {
    const scopeSpans = [{ scope: { name: 'parley-signaling', version: SERVER_VERSION }, spans }];
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ resourceSpans: [{ resource: { attributes: resource }, scopeSpans }] }),
        redirect: 'error',
        signal: AbortSignal.any([ending.signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      // Taken is taken, whatever else it says.
      const said = Answer.safeParse(await response.json().catch(() => null));
      if (response.ok) return { at: 'over', lost: said.data?.partialSuccess?.rejectedSpans ?? 0 };
      if (!RETRYABLE.has(response.status)) return { at: 'over', lost: spans.length };
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
      const waitMs = seconds >= 0 ? Math.min(RETRY_MAX_MS, seconds * 1_000) : undefined;
      return { at: 'later', waitMs, why: `status ${response.status}` };
    } catch (failure) {
      const cause = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
      return { at: 'later', why: code };
    }
  }

  return {
    add(span) {
      if (!span.trace.isSampled || ending.signal.aborted) return;
      if (queue.length >= QUEUE_MAX) {
        lost += 1;
        return;
      }
      queue.push(encode(span));
      if (queue.length === 1) sendIn(EVERY_MS);
      else if (queue.length === BATCH_MAX && failures === 0 && !sending) sendIn(0);
    },
    async close() {
      cancel?.();
      const last = (async () => {
        await sending;
        while (queue.length > 0 && failures === 0 && !ending.signal.aborted) await send();
      })();
      let giveUp = (): void => {};
      await Promise.race([last, new Promise<void>((resolve) => (giveUp = clock.after(LAST_MS, resolve)))]);
      giveUp();
      ending.abort();
      cancel?.();
      if (queue.length + lost > 0) log.warn({ lost: queue.length + lost }, 'spans were not exported');
    },
  };
}

function encode({ name, kind, trace, endedAt, tookMs, failed, attributes }: Span): object {
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...(trace.parentSpanId === undefined ? {} : { parentSpanId: trace.parentSpanId }),
    flags: 1, // sampled
    name,
    kind: kind === 'server' ? 2 : 1,
    // 64-bit numbers are decimal text in this encoding.
    startTimeUnixNano: `${Math.round((endedAt - tookMs) * 1_000)}000`,
    endTimeUnixNano: `${Math.round(endedAt * 1_000)}000`,
    attributes: attributesOf(attributes),
    status: failed ? { code: 2 } : {},
  };
}

const attributesOf = (attributes: Span['attributes']): object[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: encodedValue(value) }],
  );

function encodedValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
