import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';
import { NODE } from '#support/repository.ts';
import { Client, RoomKey, startTestServer, type TestServer, until } from './harness.ts';
import { makeRoom, Owner } from './owner.ts';

const ADMIN = 'an-admin-token-that-only-tests-know-1';
const SECRET = randomBytes(32).toString('hex');

/** The environment of a server that lets in by token, kept in a file of its own. */
function byFile(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-access-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ACCESS: 'token', TOKEN_SECRET: SECRET, TOKEN_FILE: join(folder, 'tokens.db'), ADMIN_TOKEN: ADMIN };
}

async function command(env: Record<string, string>, ...args: string[]): Promise<string> {
  const main = 'signaling-server/src/main.ts';
  const { stdout } = await promisify(execFile)(NODE, [main, 'token', ...args], { env: { ...process.env, ...env } });
  return stdout;
}
const create = async (env: Record<string, string>, name = 'Anna') =>
  JSON.parse(await command(env, 'create', '--name', name, '--json')) as {
    id: string;
    token: string;
    invitation?: string;
  };

const post = (server: TestServer, path: string, body: object, authorization?: string) =>
  fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.20',
      ...(authorization ? { authorization } : {}),
    },
    body: JSON.stringify(body),
  });
type Refreshed = { access_token: string; refresh_token: string; expires_in: number };
async function refresh(server: TestServer, token: string): Promise<Refreshed> {
  const answer = await post(server, '/auth/refresh', { refresh_token: token });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Refreshed;
}
const enter = (server: TestServer, token: string) => new Client(server, { auth: { v: 1, token } });

describe('a server with a password', () => {
  const env = { ACCESS: 'password', ACCESS_PASSWORD: 'five random words of mine' };

  it('lets in who knows it, and nobody else (S11)', async () => {
    const server = await startTestServer(env);
    const inside = new Client(server, { auth: { v: 1, password: env.ACCESS_PASSWORD } });
    await inside.join(new RoomKey());
    for (const auth of [
      { v: 1 },
      { v: 1, password: '' },
      { v: 1, password: 'five random words of mine ' },
      { v: 1, token: 'x' },
    ]) {
      const refused = await new Client(server, { auth }).refused();
      expect(refused.data).toMatchObject({ code: 'access-refused', message: expect.stringMatching(/^[A-Z].*\.$/) });
    }
    expect(server.lines.join('\n')).not.toContain('five random');
  });

  it('has no rights to show: the admin is told so, and it counts as nobody’s error (S11)', async () => {
    const server = await startTestServer({ ...env, ADMIN_TOKEN: ADMIN });
    expect((await fetch(`${server.url}/admin/api/rights`)).status).toBe(401);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const before = (await server.metrics()).errors;
    const answer = await fetch(`${server.url}/admin/api/rights`, { headers });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ ok: false, code: 'unknown-call' });
    expect((await server.metrics()).errors).toEqual(before);
  });

  it('blocks an address that guesses (R7)', async () => {
    const server = await startTestServer({ ...env, STRIKES_PER_MINUTE: '30' });
    let guesses = 0;
    const guess = () =>
      new Client(server, { ip: '203.0.113.99', auth: { v: 1, password: `wrong ${guesses++}` } }).refused();
    await until(async () => (await guess()).data?.code === 'blocked', 'blocked');
    const other = new Client(server, { auth: { v: 1, password: env.ACCESS_PASSWORD } });
    await other.join(new RoomKey());
  });

  it('does not block an office whose apps all show the password of yesterday once (R7)', async () => {
    const server = await startTestServer(env);
    const enterWith = (password: string) => new Client(server, { auth: { v: 1, password } });
    for (let app = 0; app < 25; app++)
      expect((await enterWith('the password of yesterday').refused()).data?.code).toBe('access-refused');
    await enterWith(env.ACCESS_PASSWORD).join(new RoomKey());
  });
});

describe('a server that lets in by token', () => {
  it('takes what the command made, and nothing else (S11)', async () => {
    const env = byFile();
    const server = await startTestServer(env);
    const { token, invitation } = await create({ ...env, PUBLIC_HOSTS: 'Parley.Example.org,other.example' });
    expect(invitation).toBe(`parley://server/parley.example.org#1.${token}`);
    const { access_token, refresh_token } = await refresh(server, token);
    await enter(server, access_token).join(new RoomKey());
    for (const wrong of [token, refresh_token, 'x', `${access_token}x`])
      expect((await enter(server, wrong).refused()).data?.code).toBe('access-refused');
    expect((await new Client(server).refused()).data?.code).toBe('access-refused');
    for (const body of [{}, { refresh_token: 7 }]) expect((await post(server, '/auth/refresh', body)).status).toBe(400);
    expect(await (await post(server, '/auth/refresh', { refresh_token: 'x' })).json()).toMatchObject({
      ok: false,
      code: 'access-refused',
    });
    const log = server.lines.join('\n');
    for (const secret of [token, refresh_token, access_token, SECRET]) expect(log).not.toContain(secret);
  });

  it('leaves a line in the log file for each right that the command made or ended, without its token (S9)', async () => {
    const env = byFile();
    const logFile = join(env.TOKEN_FILE ?? '', '..', 'parley.log');
    const { id, token } = await create({ ...env, LOG_FILE: logFile });
    await command({ ...env, LOG_FILE: logFile }, 'revoke', id);
    const text = readFileSync(logFile.replace('.log', '.1.log'), 'utf8');
    const lines = text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { msg: 'right made', audit: true, right: id },
      { msg: 'right ended', audit: true, right: id },
    ]);
    for (const secret of [token, 'Anna']) expect(text).not.toContain(secret);
    // Where it cannot be written the right is made all the same.
    expect((await create({ ...env, LOG_FILE: '/no/such/folder/parley.log' })).token).not.toBe('');
  });

  it('closes the sockets of a right that ends, whoever ends it', async () => {
    const env = byFile();
    const server = await startTestServer(env);
    const [anna, ben, eve] = await Promise.all([create(env, 'Anna'), create(env, 'Ben'), create(env, 'Eve')]);
    const first = await refresh(server, anna.token);
    const annas = enter(server, first.access_token);
    const bens = enter(server, (await refresh(server, ben.token)).access_token);
    const eves = enter(server, (await refresh(server, eve.token)).access_token);
    for (const client of [annas, bens, eves]) await client.join(new RoomKey());

    const headers = { authorization: `Bearer ${ADMIN}` };
    const seen = (await (await fetch(`${server.url}/admin/api/rights`, { headers })).json()) as {
      rights: { id: string; name: string; sockets: number }[];
    };
    expect(seen.rights.map(({ name, sockets }) => ({ name, sockets }))).toEqual(
      expect.arrayContaining(['Anna', 'Ben', 'Eve'].map((name) => ({ name, sockets: 1 }))),
    );
    expect((await fetch(`${server.url}/admin/api/rights`)).status).toBe(401);
    expect((await post(server, '/admin/api/revoke', { id: ben.id })).status).toBe(401);

    expect((await post(server, '/admin/api/revoke', { id: ben.id }, headers.authorization)).status).toBe(200);
    expect(await bens.hear('server:closing')).toEqual({ code: 'access-revoked' });
    await command(env, 'revoke', eve.id);
    expect(await eves.hear('server:closing')).toEqual({ code: 'access-revoked' });
    expect(annas.socket.connected).toBe(true);
    expect(await command(env, 'list')).toMatch(/Ben {2}ended by the admin/);
    const gone = await post(server, '/admin/api/revoke', { id: 'nobody' }, headers.authorization);
    expect(gone.status).toBe(404);
  });

  it('shares rights over Redis: exchanged on one node, let in and ended on the other', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const env = { ACCESS: 'token', TOKEN_SECRET: SECRET, REDIS_URL: redis.url, ADMIN_TOKEN: ADMIN };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    if (!one || !two) throw new Error('no servers');
    const { id, token } = await create(env);
    const { access_token } = await refresh(one, token);
    const client = enter(two, access_token);
    await client.join(new RoomKey());
    await enter(one, access_token).connected();
    for (const node of [one, two]) {
      const headers = { authorization: `Bearer ${ADMIN}` };
      // Figures of another node are up to two seconds old.
      const shown = async (): Promise<unknown> => (await fetch(`${node.url}/admin/api/rights`, { headers })).json();
      await expect
        .poll(shown, { timeout: 10_000, interval: 500 })
        .toEqual({ rights: [expect.objectContaining({ id, sockets: 2 })] });
    }
    await post(one, '/admin/api/revoke', { id }, `Bearer ${ADMIN}`);
    expect(await client.hear('server:closing')).toEqual({ code: 'access-revoked' });
    expect((await enter(two, access_token).refused()).data?.code).toBe('access-revoked');
    expect(await command(env, 'list')).toContain('ended by the admin');
  });

  it('tells Redis no address, though limits, blocks and listed rooms go by them at every node (P1, R3, R7, S8, S13)', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const env = {
      ...{ ACCESS: 'token', TOKEN_SECRET: SECRET, REDIS_URL: redis.url, ADMIN_TOKEN: ADMIN },
      ...{ LISTED_PER_ADDRESS: '1', JOINS_PER_MINUTE: '6', STRIKES_PER_MINUTE: '20' },
    };
    const [one, two] = await Promise.all([startTestServer(env), startTestServer(env)]);
    if (!one || !two) throw new Error('no servers');
    const watcher = createClient({ url: redis.url });
    watcher.on('error', () => {});
    await watcher.connect();
    const told: string[] = [];
    // MONITOR shows every command with its arguments.
    await watcher.MONITOR((line: unknown) => void told.push(String(line)));
    onTestFinished(() => watcher.destroy());
    const { token } = await create(env);
    const { access_token } = await refresh(one, token);
    const connect = (server: TestServer, ip: string) => new Client(server, { ip, auth: { v: 1, token: access_token } });
    const enterRoom = async (server: TestServer): Promise<Owner> => {
      const owner = new Owner(connect(server, '198.51.100.77'), await makeRoom());
      await owner.enter();
      return owner;
    };

    const [ada, ben] = [await enterRoom(one), await enterRoom(two)];
    expect((await ada.publish('Garden')).ok).toBe(true);
    await until(async () => {
      const page = await ben.client.call('room:list', { limit: 5 });
      return page.ok && page.value.total_count === 1;
    }, 'listed at the other node');
    expect(await ben.publish('Kitchen')).toMatchObject({ ok: false, code: 'too-many-listed' });
    // Four of six at both nodes together.
    for (const client of [ada.client, ben.client]) await client.join(new RoomKey());
    expect(await ada.client.tryJoin(new RoomKey())).toMatchObject({ ok: false, code: 'rate-limited' });

    const bad = connect(one, '198.51.100.78');
    for (let sent = 0; sent < 30; sent++) bad.socket.emit('nonsense', {});
    await until(async () => {
      const headers = { authorization: `Bearer ${ADMIN}` };
      const overview = await fetch(`${two.url}/admin/api/overview`, { headers });
      return (await overview.text()).includes('198.51.100.78');
    }, 'shown to the admin of the other node');
    expect((await connect(two, '198.51.100.78').refused()).data?.code).toBe('blocked');
    const all = told.join('\n');
    for (const expected of ['parley:limit:joins:', 'parley:record:block:', 'Garden']) expect(all).toContain(expected);
    expect(all).not.toContain('198.51.100');
  });

  it('has no such routes where access is open', async () => {
    const server = await startTestServer();
    expect((await post(server, '/auth/refresh', { refresh_token: 'x' })).status).toBe(404);
  });
});
