import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { createLog } from '../log.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import type { Span } from './spans.ts';
import { partOf, startTrace } from './trace.ts';

/** opentelemetry/proto/collector/trace/v1 in its JSON encoding: hex ids, numbers for enums, text for 64 bits, nothing unknown. */
const Value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
]);
const Attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: Value }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, 'keys are unique');
const id = (bytes: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${bytes * 2}}$`));
const nanos = z.string().regex(/^[1-9]\d{17,18}$/);
export const ExportRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(
            z.strictObject({
              traceId: id(16),
              spanId: id(8),
              parentSpanId: id(8).optional(),
              flags: z.number().int().min(0),
              name: z.string().min(1),
              kind: z.number().int().min(1).max(5),
              startTimeUnixNano: nanos,
              endTimeUnixNano: nanos,
              attributes: Attributes,
              status: z.strictObject({ code: z.number().int().min(0).max(2).optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

type Received = { path: string; headers: IncomingHttpHeaders; spans: z.infer<typeof ExportRequest> };

/** A collector on this computer that checks what comes and answers as it is told to; usually with success. */
async function startCollector() {
  const received: Received[] = [];
  const answers: ((response: ServerResponse) => void)[] = [];
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const spans = ExportRequest.parse(JSON.parse(Buffer.concat(parts).toString()));
      received.push({ path: request.url ?? '', headers: request.headers, spans });
      const answer = answers.shift();
      if (answer) answer(response);
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received, answers };
}

function setUp(endpoint: string, headers: Record<string, string> = {}) {
  const clock = new FakeClock();
  const lines: string[] = [];
  const { log } = createLog({ logLevel: 'trace', logPretty: false }, { write: (line) => void lines.push(line) });
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const exporter = createOtlpExporter({ endpoint, headers, environment: 'test' }, { clock, log, random });
  onTestFinished(() => exporter.close());
  const said = (what: string) => lines.filter((line) => line.includes(what));
  return { clock, exporter, said };
}

const span = (more: Partial<Span> = {}): Span => ({
  name: 'GET /health',
  kind: 'server',
  trace: startTrace(undefined),
  endedAt: 1_700_000_000_500,
  tookMs: 12.25,
  failed: false,
  attributes: { 'http.route': '/health', 'http.response.status_code': 200, share: 0.5, resumed: true, none: undefined },
  ...more,
});
const spansIn = (received: readonly Received[]) =>
  received.flatMap(({ spans }) => spans.resourceSpans[0]?.scopeSpans[0]?.spans ?? []);
const answer =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

describe('createOtlpExporter (S9)', () => {
  it('sends spans together, as the protocol encodes them', async () => {
    const { url, received } = await startCollector();
    const { clock, exporter } = setUp(`${url}/some/where/`, { authorization: 'Bearer key' });
    const trace = partOf(startTrace(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`));
    exporter.add(span());
    exporter.add(span({ trace, kind: 'internal', name: 'slow', failed: true }));
    expect(received).toEqual([]);
    clock.advance(5_000);
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({
      path: '/some/where/v1/traces',
      headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    });
    const [first, second] = spansIn(received);
    expect(first).toMatchObject({
      kind: 2,
      startTimeUnixNano: '1700000000487750000',
      endTimeUnixNano: '1700000000500000000',
      status: {},
      attributes: [
        { key: 'http.route', value: { stringValue: '/health' } },
        { key: 'http.response.status_code', value: { intValue: '200' } },
        { key: 'share', value: { doubleValue: 0.5 } },
        { key: 'resumed', value: { boolValue: true } },
      ],
    });
    expect(first).not.toHaveProperty('parentSpanId');
    expect(second).toMatchObject({
      traceId: 'a'.repeat(32),
      spanId: trace.spanId,
      parentSpanId: trace.parentSpanId,
      kind: 1,
      status: { code: 2 },
    });
    const resource = received[0]?.spans.resourceSpans[0]?.resource.attributes ?? [];
    expect(resource).toContainEqual({ key: 'service.name', value: { stringValue: 'parley-signaling' } });
  });

  it('sends nothing of a trace that its caller does not keep', async () => {
    const { url, received } = await startCollector();
    const { exporter } = setUp(url);
    exporter.add(span({ trace: startTrace(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`) }));
    exporter.add(span({ name: 'kept' }));
    await exporter.close();
    expect(spansIn(received).map(({ name }) => name)).toEqual(['kept']);
  });

  it('holds back so many while the collector is away, counts the rest, and brings what it held', async () => {
    const { url, received, answers } = await startCollector();
    const { clock, exporter, said } = setUp(url);
    answers.push(answer(503, '{}'), answer(502, 'no JSON'));
    for (let n = 0; n < 2_100; n++) exporter.add(span({ name: `span ${n}` }));
    clock.advance(0);
    await vi.waitFor(() => expect(said('cannot be exported')).toHaveLength(1));
    expect(said('"why":"status 503"')).toHaveLength(1);
    // Twice as long each time.
    await passes(clock, 4_999, () => expect(received).toHaveLength(1));
    await passes(clock, 1, () => expect(received).toHaveLength(2));
    await settled(clock);
    await passes(clock, 9_999, () => expect(received).toHaveLength(2));
    await passes(clock, 1, () => expect(received).toHaveLength(3));
    await vi.waitFor(() => expect(said('"lost":52')).toHaveLength(1));
    await exporter.close();
    const names = spansIn(received.slice(2)).map(({ name }) => name);
    expect(names).toEqual(Array.from({ length: 2_048 }, (_, n) => `span ${n}`));
  });

  it('waits as long as the collector asks for', async () => {
    const { url, received, answers } = await startCollector();
    const { clock, exporter, said } = setUp(url);
    answers.push(answer(429, '{}', { 'retry-after': '17' }));
    exporter.add(span());
    clock.advance(5_000);
    await vi.waitFor(() => expect(said('cannot be exported')).toHaveLength(1));
    await settled(clock);
    await passes(clock, 16_999, () => expect(received).toHaveLength(1));
    await passes(clock, 1, () => expect(received).toHaveLength(2));
  });

  it('does not send again what was refused, and counts it, in part or as a whole', async () => {
    const { url, received, answers } = await startCollector();
    const { clock, exporter, said } = setUp(url);
    answers.push(answer(400, '{"message":"no"}'), answer(200, '{"partialSuccess":{"rejectedSpans":"2"}}'));
    for (const lost of [1, 2]) {
      exporter.add(span());
      clock.advance(5_000);
      await vi.waitFor(() => expect(said(`"lost":${lost}`)).toHaveLength(1));
    }
    clock.advance(120_000);
    await exporter.close();
    expect(received).toHaveLength(2);
  });

  it('ends soon beside a collector that never answers, and says what was lost', async () => {
    const { url, received, answers } = await startCollector();
    const { clock, exporter, said } = setUp(url);
    answers.push(() => {});
    exporter.add(span());
    const closed = exporter.close();
    await vi.waitFor(() => expect(received).toHaveLength(1));
    clock.advance(1_000);
    await closed;
    expect(said('"lost":1')).toHaveLength(1);
    // Whatever comes later is nobody's trouble.
    exporter.add(span());
    await exporter.close();
    expect(clock.pending).toBe(0);
  });

  it('says once that nobody is there', async () => {
    const { clock, exporter, said } = setUp('http://127.0.0.1:1');
    exporter.add(span());
    clock.advance(5_000);
    await vi.waitFor(() => expect(said('"why":')).toHaveLength(1));
    await settled(clock);
    clock.advance(7_500);
    exporter.add(span());
    await exporter.close();
    expect(said('cannot be exported')).toHaveLength(1);
  });
});

/** Waits until the next attempt is planned. */
const settled = (clock: FakeClock): Promise<void> => vi.waitFor(() => expect(clock.pending).toBe(1));

async function passes(clock: FakeClock, ms: number, holds: () => void): Promise<void> {
  clock.advance(ms);
  await vi.waitFor(holds);
}
