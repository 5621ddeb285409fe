import { describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, until } from './harness.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
const TOKEN = 'an-admin-token-with-more-than-32-characters';

type Line = { level: string; msg: string } & Record<string, unknown>;
const linesOf = (server: TestServer): Line[] => server.lines.map((text) => JSON.parse(text) as Line);
const line = async (server: TestServer, holds: (line: Line) => boolean): Promise<Line> => {
  await until(() => linesOf(server).some(holds), 'logged');
  const found = linesOf(server).find(holds);
  if (!found) throw new Error('not logged');
  return found;
};

describe('log lines about requests (S9)', () => {
  it("carry the request's id and the caller's trace, and nothing of it goes back", async () => {
    const server = await startTestServer();
    const answer = await fetch(`${server.url}/health/live?x=1`, { headers: { traceparent: TRACEPARENT } });
    const request = answer.headers.get('x-request-id');
    const about = await line(server, ({ msg }) => msg === 'request answered');
    expect(about).toMatchObject({ level: 'debug', request, traceId: TRACE, method: 'GET', route: '/health/live' });
    expect(about.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(about.spanId).not.toBe(PARENT);
    // No header for the way back is part of the Recommendation.
    for (const name of ['traceparent', 'traceresponse', 'tracestate']) expect(answer.headers.has(name)).toBe(false);
  });

  it.each(['', 'nonsense', `ff-${TRACE}-${PARENT}-01`, TRACEPARENT.toUpperCase(), `00-${TRACE}-${'0'.repeat(16)}-01`])(
    'begin a trace of their own where the header is %j',
    async (traceparent) => {
      const server = await startTestServer();
      await fetch(`${server.url}/health/live`, { headers: { traceparent } });
      await fetch(`${server.url}/health/live`);
      await until(() => linesOf(server).filter(({ msg }) => msg === 'request answered').length === 2, 'both logged');
      const traces = linesOf(server).flatMap(({ msg, traceId }) => (msg === 'request answered' ? [traceId] : []));
      expect(new Set([...traces, TRACE]).size).toBe(3);
      for (const traceId of traces) expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    },
  );

  it('say why a request was refused, and share its ids with the audit log', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    const headers = { authorization: 'Bearer wrong', traceparent: TRACEPARENT };
    const answer = await fetch(`${server.url}/_debug`, { headers });
    expect(answer.status).toBe(401);
    const answered = await line(server, ({ msg }) => msg === 'request answered');
    expect(answered).toMatchObject({ status: 401, code: 'not-allowed', traceId: TRACE });
    const { request, traceId, spanId } = answered;
    const refused = await line(server, ({ msg }) => msg === 'admin refused');
    expect(refused).toMatchObject({ audit: true, request, traceId, spanId });
  });

  it('are there for requests that no route of ours has seen', async () => {
    const server = await startTestServer();
    const headers = { origin: 'http://localhost:1', 'access-control-request-method': 'GET', traceparent: TRACEPARENT };
    await fetch(`${server.url}/health`, { method: 'OPTIONS', headers });
    const about = await line(server, ({ msg }) => msg === 'request answered');
    expect(about).toMatchObject({ method: 'OPTIONS', traceId: TRACE, request: expect.any(String) });
  });

  it('are warnings when it took long, with what was slow', async () => {
    const server = await startTestServer({ SLOW_OPERATION_MS: '1', HTTP_PER_MINUTE: '0', NODE_ENV: 'development' });
    // Collecting what /_debug shows takes longer than that sooner or later.
    await until(async () => {
      await (await fetch(`${server.url}/_debug`)).text();
      return linesOf(server).some(({ msg }) => msg === 'slow operation');
    }, 'slow');
    const slow = await line(server, ({ msg }) => msg === 'slow operation');
    expect(slow).toMatchObject({
      level: 'warn',
      method: 'GET',
      tookMs: expect.any(Number),
      request: expect.any(String),
    });
  });
});
