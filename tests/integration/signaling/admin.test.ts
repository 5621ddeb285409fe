import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Client, RoomKey, startTestServer, type TestServer, until } from './harness.ts';

const TOKEN = 'an-admin-token-with-more-than-32-characters';
const ADMIN = { authorization: `Bearer ${TOKEN}` };

const get = (server: TestServer, path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });
const post = (server: TestServer, path: string, body: unknown, headers: Record<string, string> = ADMIN) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('the admin (S7, S8)', () => {
  it.each(['/_debug', '/admin/api/overview'])('alone sees %s', async (path) => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    for (const headers of [{}, { authorization: `Bearer ${TOKEN}x` }, { authorization: `Basic ${TOKEN}` }]) {
      const refused = await get(server, path, headers);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="parley"');
      expect(await refused.json()).toMatchObject({ ok: false, code: 'not-allowed' });
    }
    expect((await get(server, path, ADMIN)).status).toBe(200);
  });

  it('does not exist without a token', async () => {
    const server = await startTestServer({});
    expect((await get(server, '/admin/api/overview', ADMIN)).status).toBe(401);
    expect((await get(server, '/_debug', ADMIN)).status).toBe(401);
    expect((await post(server, '/admin/api/drain', { draining: true })).status).toBe(401);
  });

  it('is not needed for diagnostics while developing, unless there is one', async () => {
    const open = await startTestServer({ NODE_ENV: 'development' });
    expect((await get(open, '/_debug')).status).toBe(200);
    const guarded = await startTestServer({ NODE_ENV: 'development', ADMIN_TOKEN: TOKEN });
    expect((await get(guarded, '/_debug')).status).toBe(401);
  });

  it('sees diagnostics of machine, process and limits', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    const body: unknown = await (await get(server, '/_debug', ADMIN)).json();
    expect(body).toMatchObject({
      system: { cpus: expect.any(Number), memory: { total_bytes: expect.any(Number) } },
      process: { pid: process.pid, node: process.version, memory: { rss_bytes: expect.any(Number) } },
      limits: { httpPerMinute: 100, roomCapacity: 16 },
      blocked: [],
    });
  });

  it('sees health, metrics and the last hour at once, and no room by its id', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    const key = new RoomKey();
    await new Client(server).join(key);
    const answer = await get(server, '/admin/api/overview', ADMIN);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      health: { rooms: 1, participants: 1 },
      metrics: { data: { total_rooms: 1 } },
      blocked: [],
      draining: false,
      samples: [],
    });
    expect(text).not.toContain(key.roomId);
    expect(answer.headers.get('access-control-allow-origin')).toBe(null);
  });

  it('lifts a block (R7)', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN, STRIKES_PER_MINUTE: '30' });
    const stranger = { 'x-forwarded-for': '203.0.113.9' };
    for (let i = 0; i < 2; i++) await get(server, '/_debug', { ...stranger, authorization: 'Bearer guess' });
    await until(async () => (await get(server, '/', stranger)).status === 429, 'blocked for wrong tokens');
    const blocked = (await (await get(server, '/admin/api/overview', ADMIN)).json()) as { blocked: unknown[] };
    expect(blocked.blocked).toEqual([
      { address: '203.0.113.9', ends_at: expect.any(String), remaining_ms: expect.any(Number) },
    ]);
    expect((await post(server, '/admin/api/unblock', { address: '203.0.113.9' })).status).toBe(200);
    expect((await get(server, '/', stranger)).status).toBe(200);
    const again = await post(server, '/admin/api/unblock', { address: '203.0.113.9' });
    expect(again.status).toBe(404);
    expect(await again.json()).toMatchObject({ path: 'address', message: 'That address is not blocked.' });
    expect((await post(server, '/admin/api/unblock', { address: 7 })).status).toBe(400);
    expect((await post(server, '/admin/api/unblock', { address: 'x', more: 1 })).status).toBe(400);
  });

  it('blocks nobody for asking without a token, as the picture on a strange page does (R7)', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN, STRIKES_PER_MINUTE: '30' });
    const visitor = { 'x-forwarded-for': '203.0.113.9', 'sec-fetch-site': 'cross-site' };
    for (let i = 0; i < 20; i++) expect((await get(server, '/admin/api/overview', visitor)).status).toBe(401);
    const overview = (await (await get(server, '/admin/api/overview', ADMIN)).json()) as { blocked: unknown[] };
    expect(overview.blocked).toEqual([]);
  });

  it('is told what is wrong with a body that cannot be read (V7)', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    const tell = async (type: string, body: string) => {
      const headers = { 'content-type': type, ...ADMIN };
      const answer = await fetch(`${server.url}/admin/api/drain`, { method: 'POST', headers, body });
      return { status: answer.status, ...((await answer.json()) as object) };
    };
    const json = 'application/json';
    expect(await tell('application/x-www-form-urlencoded', '{"draining":true}')).toMatchObject({
      status: 415,
      code: 'bad-request',
      message: expect.stringContaining('Content-Type: application/json'),
    });
    expect(await tell(json, '{')).toMatchObject({ status: 400, code: 'bad-request' });
    expect(await tell(json, JSON.stringify('x'.repeat(9_000)))).toMatchObject({ status: 413, code: 'too-large' });
    expect((await server.health()).status).toBe('ok');
  });

  it('drains and takes it back; clients hear of it', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    const client = new Client(server);
    await client.join(new RoomKey());
    const heard = client.hear('server:drain');
    expect((await post(server, '/admin/api/drain', { draining: true })).status).toBe(200);
    await heard;
    expect((await get(server, '/health/ready')).status).toBe(503);
    expect((await post(server, '/admin/api/drain', { draining: false })).status).toBe(200);
    expect((await get(server, '/health/ready')).status).toBe(200);
    await new Client(server).join(new RoomKey());
  });

  it('leaves a trace of what was done and tried, without token or address (S9)', async () => {
    const server = await startTestServer({ ADMIN_TOKEN: TOKEN });
    await get(server, '/_debug', { authorization: 'Bearer wrong-token-of-somebody' });
    await post(server, '/admin/api/drain', { draining: true });
    const audits = server.lines.filter((line) => line.includes('"audit":true')).join('\n');
    expect(audits).toContain('admin refused');
    expect(audits).toContain('draining asked for');
    const all = server.lines.join('\n');
    for (const secret of [TOKEN, 'wrong-token-of-somebody', '127.0.0.1']) expect(all).not.toContain(secret);
  });
});

describe('bodies over 1,000 bytes (S15)', () => {
  const raw = (url: string, encoding: string) =>
    new Promise<{ encoding: string | undefined; vary: string | undefined; body: Buffer }>((resolve, reject) => {
      request(url, { headers: { 'accept-encoding': encoding } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({
            encoding: answer.headers['content-encoding'],
            vary: answer.headers.vary,
            body: Buffer.concat(parts),
          }),
        );
      })
        .on('error', reject)
        .end();
    });

  it('are compressed with what the client takes, smaller ones are not', async () => {
    const server = await startTestServer();
    const brotli = await raw(`${server.url}/metrics`, 'gzip, br');
    expect(brotli.encoding).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toContain('parley_connections');
    expect(brotli.vary?.toLowerCase()).toContain('accept-encoding');
    const gzip = await raw(`${server.url}/metrics`, 'gzip');
    expect(gzip.encoding).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toContain('parley_connections');
    expect((await raw(`${server.url}/metrics`, 'identity')).encoding).toBe(undefined);
    expect((await raw(`${server.url}/health/live`, 'gzip, br')).encoding).toBe(undefined);
  });
});

describe('the description of the HTTP side (S11, S17)', () => {
  it('names every route with what it answers, and is not there in production', async () => {
    const server = await startTestServer({});
    const description = (await (await get(server, '/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { summary: string; responses: object }>>;
    };
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths).sort()).toEqual([
      '/',
      '/_debug',
      '/about',
      '/admin/api/acknowledge',
      '/admin/api/drain',
      '/admin/api/listed-rooms',
      '/admin/api/listed-rooms/{room_id}',
      '/admin/api/overview',
      '/admin/api/unblock',
      '/health',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/metrics/prometheus',
    ]);
    for (const methods of Object.values(description.paths))
      for (const route of Object.values(methods)) expect(route.summary).toMatch(/^[A-Z]/);
    const production = await startTestServer({ NODE_ENV: 'production' });
    expect((await get(production, '/openapi.json')).status).toBe(404);
  });
});
