import { describe, expect, it } from 'vitest';
import { startCollector } from './collector.ts';
import { Client, newSignalId, RoomKey, someBox, startTestServer, type TestServer, until } from './harness.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${PARENT}-01`;
const TOKEN = 'an-admin-token-with-more-than-32-characters';

type Line = { level: string; msg: string } & Record<string, unknown>;
/** Only a server with a collector traces anything. */
const startTracedServer = async (env: Record<string, string> = {}): Promise<TestServer> =>
  startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: (await startCollector()).url, ...env });

const linesOf = (server: TestServer): Line[] => server.lines.map((text) => JSON.parse(text) as Line);
const line = async (server: TestServer, holds: (line: Line) => boolean): Promise<Line> => {
  await until(() => linesOf(server).some(holds), 'logged');
  const found = linesOf(server).find(holds);
  if (!found) throw new Error('not logged');
  return found;
};

describe('log lines about requests (S9)', () => {
  it("carry the request's id and the caller's trace, and nothing of it goes back", async () => {
    const server = await startTracedServer();
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
      const server = await startTracedServer();
      await fetch(`${server.url}/health/live`, { headers: { traceparent } });
      await fetch(`${server.url}/health/live`);
      await until(() => linesOf(server).filter(({ msg }) => msg === 'request answered').length === 2, 'both logged');
      const traces = linesOf(server).flatMap(({ msg, traceId }) => (msg === 'request answered' ? [traceId] : []));
      expect(new Set([...traces, TRACE]).size).toBe(3);
      for (const traceId of traces) expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    },
  );

  it('say why a request was refused, and share its ids with the audit log', async () => {
    const server = await startTracedServer({ ADMIN_TOKEN: TOKEN });
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
    const server = await startTracedServer();
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

/** Joins, talks, is refused, drops out, comes back and leaves. */
async function muchHappens(server: TestServer): Promise<void> {
  const key = new RoomKey();
  const ana = new Client(server, { ip: '198.51.100.77', headers: { traceparent: TRACEPARENT } });
  const first = await ana.join(key);
  const ben = new Client(server, { ip: '198.51.100.78' });
  const { participantId } = await ben.join(key);
  await ana.call('signal:send', { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() });
  await ana.raw('signal:send', { roomId: key.roomId, to: participantId });
  await ana.raw('what-nobody-knows', {});
  await ben.tryJoin(new RoomKey(), { prover: new RoomKey() });
  await ben.call('stream:start', { roomId: new RoomKey().roomId, kind: 'camera' });
  ana.vanish();
  await ben.hear('participant:away');
  const again = new Client(server, { ip: '198.51.100.77' });
  await again.join(key, { resumeToken: first.resumeToken });
  await again.call('room:leave', { roomId: key.roomId });
  ben.vanish();
  await until(async () => (await server.health()).rooms === 0, 'all over');
  const foreign = new Client(server, { origin: 'https://elsewhere.example' });
  await foreign.refused();
  const old = new Client(server, { auth: { v: 0 } });
  await old.refused();
}

describe('log lines about sockets and rooms (S9)', () => {
  it('tell what became of a seat, under the same names throughout', async () => {
    const server = await startTestServer({ SEAT_GRACE_MS: '200' });
    await muchHappens(server);
    const told = linesOf(server);
    const seats = told.filter(({ msg }) => msg.startsWith('seat'));
    expect(seats.map(({ msg, resumed }) => (resumed === true ? `${msg} again` : msg))).toEqual([
      'seat taken',
      'seat taken',
      'seat away',
      'seat taken again',
      'seat given up',
      'seat away',
      'seat over',
    ]);
    expect(new Set(seats.map(({ room }) => room)).size).toBe(1);
    expect(seats[0]?.room).toMatch(/^[0-9a-f]{16}$/);
    for (const { msg, level, socket } of seats) {
      expect(level).toBe('info');
      if (msg !== 'seat over') expect(socket).toEqual(expect.any(String));
    }
    const refused = told.filter(({ msg }) => msg === 'refused').map(({ event, code, level }) => [level, event, code]);
    expect(refused).toEqual([
      ['debug', 'signal:send', 'bad-request'],
      ['debug', 'unknown', 'unknown-call'],
      ['debug', 'room:join', 'proof-invalid'],
      ['debug', 'stream:start', 'not-in-room'],
    ]);
    // Also a room that nobody is in is told by its pseudonym.
    expect(told.filter(({ msg, room }) => msg === 'refused' && room !== undefined)).toHaveLength(3);
    await line(server, ({ msg, code }) => msg === 'upgrade refused' && code === 'origin-refused');
    await line(server, ({ msg, code }) => msg === 'socket refused' && code === 'client-too-old');
    expect(server.lines.join()).not.toContain('what-nobody-knows');
  });

  it("carry the trace of the socket's handshake, and one of their own without", async () => {
    const server = await startTracedServer({ SEAT_GRACE_MS: '20' });
    await muchHappens(server);
    const sockets = new Map<unknown, Line[]>();
    for (const each of linesOf(server))
      if (each.socket !== undefined) sockets.set(each.socket, [...(sockets.get(each.socket) ?? []), each]);
    const traces = [...sockets.values()].map((lines) => {
      expect(new Set(lines.map(({ traceId, spanId }) => `${traceId}-${spanId}`)).size).toBe(1);
      return lines[0]?.traceId;
    });
    expect(traces.filter((traceId) => traceId === TRACE)).toHaveLength(1);
    expect(new Set(traces).size).toBe(sockets.size);
    const ofAna = [...sockets.values()].find(([first]) => first?.traceId === TRACE) ?? [];
    expect(ofAna.map(({ msg }) => msg)).toEqual([
      'socket opened',
      'seat taken',
      'refused',
      'refused',
      'seat away',
      'socket closed',
    ]);
  });

  it('all say what they are about, each by its id', async () => {
    const server = await startTestServer({ SEAT_GRACE_MS: '20', ADMIN_TOKEN: TOKEN });
    await muchHappens(server);
    await fetch(`${server.url}/_debug`, { headers: { authorization: 'Bearer wrong' } });
    const about = ({ request, socket, room, traceId }: Line): string[] => {
      expect(traceId).toBeUndefined();
      return Object.entries({ request, socket, room }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    };
    // Lines about the process as a whole, or about an upgrade that never became a socket.
    const others = linesOf(server).filter((each) => about(each).length === 0);
    expect(new Set(others.map(({ msg }) => msg))).toEqual(new Set(['listening', 'upgrade refused']));
  });

  it('name what closed a socket from this side', async () => {
    const server = await startTestServer({ IDLE_SOCKET_MS: '100' });
    const client = new Client(server);
    expect((await client.hear('server:closing')).code).toBe('timed-out');
    expect(await line(server, ({ msg }) => msg === 'socket closed')).toMatchObject({ code: 'timed-out' });
  });
});

describe('spans for a collector (S9, P1)', () => {
  it('tell of requests, joins and what was slow, and of nobody', async () => {
    const collector = await startCollector();
    const server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, SEAT_GRACE_MS: '20' });
    await muchHappens(server);
    await fetch(`${server.url}/health?secret-in-a-query`, { headers: { traceparent: TRACEPARENT } });
    await server.close();
    const spans = collector.sent();
    const named = (name: string) => spans.filter((span) => span.name === name);
    const joins = named('room:join');
    expect(joins.map((span) => collector.attribute(span, 'parley.code'))).toEqual(['ok', 'ok', 'proof-invalid', 'ok']);
    const [first, second] = joins;
    const taken = await line(server, ({ msg }) => msg === 'seat taken');
    expect(first).toMatchObject({ traceId: TRACE, parentSpanId: taken.spanId });
    expect(first && collector.attribute(first, 'parley.room')).toBe(taken.room);
    expect(second?.traceId).not.toBe(TRACE);
    // A socket hangs on what its caller said, and joins hang on it.
    const socket = named('socket').find(({ traceId }) => traceId === TRACE);
    expect(socket).toMatchObject({ spanId: taken.spanId, parentSpanId: PARENT });
    const request = named('GET /health').find(({ traceId }) => traceId === TRACE);
    expect(request).toMatchObject({ parentSpanId: PARENT });
    expect(request && collector.attribute(request, 'http.response.status_code')).toBe(200);
    for (const secret of ['198.51.100', '203.0.113', '127.0.0.1', 'secret-in-a-query', 'what-nobody-knows'])
      expect(collector.bodies.join()).not.toContain(secret);
  });

  it('may go nowhere: the server neither waits nor ends for it', async () => {
    const server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    await new Client(server).join(new RoomKey());
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.close();
    expect(server.lines.join()).toContain('spans were not exported');
  });
});
