import { PROTOCOL_VERSION } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { Client, PUBLIC_HOST, RoomKey, startTestServer } from './harness.ts';

describe('/health (S5)', () => {
  it('tells version, uptime, counts and each check with its timing', async () => {
    const server = await startTestServer();
    await new Client(server).join(new RoomKey());
    const body: unknown = await (await fetch(`${server.url}/health`)).json();
    const check = {
      status: expect.stringMatching(/^(ok|degraded)$/),
      value: expect.any(Number),
      threshold: expect.any(Number),
      unit: expect.any(String),
      duration_ms: expect.any(Number),
    };
    expect(body).toEqual({
      status: expect.stringMatching(/^(ok|degraded)$/),
      version: '0.1.0',
      uptime_s: expect.any(Number),
      connections: 1,
      rooms: 1,
      participants: 1,
      streams: 0,
      checks: { event_loop: check, memory: check, cpu: check, disk: check },
      duration_ms: expect.any(Number),
    });
  });

  it.each(['/health/live', '/health/ready'])('%s says ok', async (path) => {
    const server = await startTestServer();
    const answer = await fetch(`${server.url}${path}`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('/about (S11, S17)', () => {
  it('tells how to get in, and what is offered inside', async () => {
    const about = async (env: Record<string, string>): Promise<unknown> =>
      (await fetch(`${(await startTestServer(env)).url}/about`)).json();
    const open = {
      service: 'parley-signaling',
      version: '0.1.0',
      protocol: PROTOCOL_VERSION,
      // To somebody on this computer also the names that only they may use.
      hosts: expect.arrayContaining([expect.stringMatching(/^localhost:\d+$/), PUBLIC_HOST]) as string[],
    };
    expect(await about({})).toEqual({ ...open, access: 'open', relay: false, listed_rooms: true });
    const guarded = {
      ACCESS: 'password',
      ACCESS_PASSWORD: 'five random words of mine',
      TURN_URLS: 'turn:turn.example.org:3478',
      TURN_SECRET: 'a-secret-that-only-these-tests-have-got',
      LISTED_MAX: '0',
    };
    expect(await about(guarded)).toEqual({ ...open, access: 'password', relay: true, listed_rooms: false });
  });
});

describe('health of a server that drains (S5)', () => {
  it('says so at once', async () => {
    const server = await startTestServer();
    await new Client(server).join(new RoomKey());
    expect(await server.health()).toMatchObject({ connections: 1, rooms: 1, participants: 1 });
    server.drain();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
    expect(await server.health()).toMatchObject({ status: 'draining' });
  });
});

describe('/metrics (S6)', () => {
  it.each(['/metrics', '/metrics/prometheus'])('%s speaks Prometheus', async (path) => {
    const server = await startTestServer();
    await new Client(server).join(new RoomKey());
    const answer = await fetch(`${server.url}${path}`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(text).toContain('\nparley_participants 1\n');
    expect(text).toContain('# TYPE parley_signals_relayed_total counter');
    expect(text).toContain('parley_events_total{event="room:join"} 1');
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  });

  it('counts every socket that is asked for, so that refusals have something to be a share of', async () => {
    const server = await startTestServer();
    await new Client(server).join(new RoomKey());
    const elsewhere = new Client(server, { origin: 'https://elsewhere.example' });
    await new Promise((resolve) => elsewhere.socket.once('connect_error', resolve));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toContain('\nparley_sockets_opened_total 1\n');
    expect(text).toContain('\nparley_upgrades_total 2\n');
    expect(text).toContain('parley_errors_total{code="origin-refused"} 1');
  });

  it('asks for METRICS_TOKEN where there is one, and for nothing else than that', async () => {
    const METRICS_TOKEN = 'a-token-for-prometheus-with-32-characters';
    const server = await startTestServer({ METRICS_TOKEN, ADMIN_TOKEN: 'an-admin-token-with-more-than-32-characters' });
    const statusOf = async (path: string, authorization?: string) =>
      (await fetch(`${server.url}${path}`, { headers: authorization === undefined ? {} : { authorization } })).status;
    for (const path of ['/metrics', '/metrics/prometheus']) {
      expect(await statusOf(path)).toBe(401);
      expect(await statusOf(path, `Bearer ${METRICS_TOKEN}x`)).toBe(401);
      expect(await statusOf(path, `Bearer ${METRICS_TOKEN}`)).toBe(200);
    }
    expect(await statusOf('/health')).toBe(200);
    expect(await statusOf('/admin/api/overview', `Bearer ${METRICS_TOKEN}`)).toBe(401);
    expect(server.lines.filter((line) => line.includes('metrics refused'))).toHaveLength(2);
    expect(server.lines.join('\n')).not.toContain(METRICS_TOKEN);
  });

  it('speaks JSON when asked to', async () => {
    const server = await startTestServer();
    const key = new RoomKey();
    await new Client(server).join(key);
    const body = await server.metrics();
    expect(body).toMatchObject({
      application: { version: '0.1.0', environment: 'test' },
      data: { total_rooms: 1, total_participants: 1, total_messages_relayed: 0, active_streams: 0 },
      connections: { total_connections: 1, active_rooms: 1 },
      requests: {
        total: expect.any(Number),
        successful: expect.any(Number),
        failed: 0,
        success_rate: 1,
        average_duration_ms: expect.any(Number),
        p50: expect.any(Number),
        p95: expect.any(Number),
        p99: expect.any(Number),
      },
      websocket: { active_connections: 1, total_connections: 1 },
      streams: { started: 0, ended: 0 },
      rate_limits: { blocked_addresses: 0 },
      errors: {},
    });
    const rooms = Object.entries(body.connections.room_connections);
    expect(rooms).toEqual([[expect.stringMatching(/^[0-9a-f]{16}$/), 1]]);
    expect(JSON.stringify(body)).not.toContain(key.roomId);
  });
});

describe('every answer', () => {
  it.each(['/', '/health', '/metrics', '/nothing-here', '/parley/'])(
    '%s has timing and security headers (S11, S15)',
    async (path) => {
      const server = await startTestServer();
      const { headers } = await fetch(`${server.url}${path}`);
      const [, tookMs] = /^app;dur=(\d+\.\d+)$/.exec(headers.get('server-timing') ?? '') ?? [];
      expect(Number(headers.get('x-process-time')) * 1_000).toBeCloseTo(Number(tookMs), 2);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('allows listed origins to read it, and only those (S11)', async () => {
    const server = await startTestServer();
    const allowed = async (origin: string) =>
      (await fetch(`${server.url}/health`, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('app://bundle')).toBe('app://bundle');
    expect(await allowed('https://evil.example')).toBeNull();
  });
});

describe('refusals', () => {
  it('have a code and a sentence, and nothing of the inside (V7)', async () => {
    const server = await startTestServer();
    const post = (body: string) =>
      fetch(`${server.url}/`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const missing = await fetch(`${server.url}/../../etc/passwd`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual({ ok: false, code: 'unknown-call', message: expect.any(String) });
    expect((await post('{"a":')).status).toBe(400);
    expect((await post(JSON.stringify('x'.repeat(5_000)))).status).toBe(413);
    expect((await fetch(`${server.url}/parley/?EIO=4&transport=polling`)).status).toBe(426);
    expect((await fetch(`${server.url}/%E0%A4%A`)).status).toBe(400);
  });

  it('limits requests by address with a true wait, but never health or metrics (R1)', async () => {
    const server = await startTestServer({ HTTP_PER_MINUTE: '3' });
    const get = (path: string, ip = '198.51.100.1') =>
      fetch(`${server.url}${path}`, { headers: { 'x-forwarded-for': ip } });
    for (const remaining of ['2', '1', '0']) {
      const answer = await get('/');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${remaining};t=(59|60)$`));
      expect(answer.headers.get('ratelimit-policy')).toBe('"default";q=3;w=60');
    }
    const refused = await get('/');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    const body: unknown = await refused.json();
    expect(body).toMatchObject({ code: 'rate-limited', retryAfterMs: expect.any(Number) });
    expect((await get('/', '198.51.100.2')).status).toBe(200);
    for (const path of ['/health', '/health/live', '/health/ready', '/metrics', '/metrics/prometheus'])
      expect((await get(path)).status).toBe(200);
    for (const path of ['/health/', '/health/anything', '/metrics/x']) expect((await get(path)).status, path).toBe(429);
  });
});
