import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BridgeEvent } from '@parley/shared/bridge';
import { ServerHost } from '@parley/shared/model';
import { formatServerInvite, verifyListing } from '@parley/shared/sealing';
import { systemClock } from '@parley/shared/timing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Core, createCore } from '#core/core.ts';
import { ask, randomId, temporaryFolder, testPorts } from '#core/testing/test-kit.ts';
import { NODE } from '#support/repository.ts';
import { startTestServer, type TestServer, until } from './signaling/harness.ts';

const PASSWORD = 'five random words of mine';
const ADMIN = 'an-admin-token-that-only-tests-know-1';
const SECRET = randomBytes(32).toString('hex');

function tokenEnvironment(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-rights-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ACCESS: 'token', TOKEN_SECRET: SECRET, TOKEN_FILE: join(folder, 'tokens.db'), ADMIN_TOKEN: ADMIN };
}
async function newRight(env: Record<string, string>): Promise<{ id: string; token: string }> {
  const main = 'signaling-server/src/main.ts';
  const options = { env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(NODE, [main, 'token', 'create', '--name', 'Anna', '--json'], options);
  return JSON.parse(stdout) as { id: string; token: string };
}
const hostOf = (server: Pick<TestServer, 'port'>) => ServerHost.parse(`127.0.0.1:${server.port}`);
const invitationTo = (server: TestServer, token: string) =>
  formatServerInvite({ host: hostOf(server), refreshToken: token });

/** A core on a fresh profile, or on the one given, with one page. */
async function openCore(profile?: string) {
  const folder = temporaryFolder();
  const path = profile ?? join(folder.path, 'profile');
  const core = await createCore(testPorts(path, { clock: systemClock, serverProcess: null }));
  onTestFinished(async () => {
    await core.close();
    folder.remove();
  });
  const heard: { event: BridgeEvent; payload: unknown }[] = [];
  const page = core.openPage((event, payload) => heard.push({ event, payload }));
  return { core, page, heard, profile: path };
}
/** Dials a known server; answers what came of it. */
async function dial({ page, heard }: Awaited<ReturnType<typeof openCore>>, host: ServerHost) {
  const wireId = randomId(16);
  const said = () => heard.filter(({ payload }) => (payload as { wireId?: string }).wireId === wireId);
  expect(await page.call('signaling.open', { wireId, host })).toMatchObject({ ok: true });
  await until(
    () => said().some(({ event }) => event === 'signaling.opened' || event === 'signaling.failed'),
    'settled',
  );
  const [first] = said();
  return { opened: first?.event === 'signaling.opened', payload: first?.payload, said };
}
const rightAt = async (core: Core, host: ServerHost) =>
  (await ask(core, 'servers.list', {})).items.find((server) => server.host === host)?.right;

describe('a core at an open server', () => {
  it('adds it, talks to it, and is told when it is away', async () => {
    const server = await startTestServer();
    const host = hostOf(server);
    const opened = await openCore();
    expect(await opened.core.call('servers.add', { text: `http://${host}/` })).toMatchObject({
      ok: true,
      value: { host, right: { at: 'none' }, check: { at: 'ok', access: 'open', relay: false, listedRooms: true } },
    });
    const wire = await dial(opened, host);
    expect(wire.opened).toBe(true);
    // The page proves its memberships over this.
    expect(wire.payload).toMatchObject({ challenge: expect.stringMatching(/^[\w-]{43}$/) });
    await server.close();
    await until(() => wire.said().some(({ event }) => event === 'signaling.closed'), 'closed');
    expect((await dial(opened, host)).opened).toBe(false);
    expect(await ask(opened.core, 'servers.check', { text: host })).toMatchObject({
      check: { at: 'failed', code: 'server-unreachable' },
    });
  });
});

describe('a room on a server’s list', () => {
  it('is signed for every name of the server that made it known, and for no other', async () => {
    const lan = '192.168.1.20:7350';
    const server = await startTestServer({ PUBLIC_HOSTS: `${lan},calls.example.org` });
    const { core } = await openCore();
    const { roomId } = await ask(core, 'rooms.create', { name: 'Garden', host: hostOf(server) });
    const listing = await ask(core, 'rooms.sign-listing', { roomId, name: 'Garden', issuedAt: 1 });
    for (const name of [hostOf(server), `localhost:${server.port}`, lan, 'calls.example.org'])
      expect(await verifyListing(listing, [name]), name).toBe(true);
    expect(await verifyListing(listing, ['other.example'])).toBe(false);
    await server.close();
    expect(await core.call('rooms.sign-listing', { roomId, name: 'Garden', issuedAt: 2 })).toMatchObject({
      ok: false,
      code: 'server-unreachable',
    });
  });
});

describe('a core at a server with a password', () => {
  it('gets in with it, also after a restart, and with no other', async () => {
    const server = await startTestServer({ ACCESS: 'password', ACCESS_PASSWORD: PASSWORD });
    const host = hostOf(server);
    const opened = await openCore();
    expect(await ask(opened.core, 'servers.check', { text: host })).toMatchObject({ check: { access: 'password' } });
    expect(await opened.core.call('servers.add', { text: host, password: 'a wrong one of mine' })).toMatchObject({
      code: 'access-refused',
    });
    await ask(opened.core, 'servers.add', { text: host, password: PASSWORD });
    expect((await dial(opened, host)).opened).toBe(true);
    await opened.core.close();
    const again = await openCore(opened.profile);
    expect((await dial(again, host)).opened).toBe(true);
  });

  it('is told when the password was changed, and gets in with the new one', async () => {
    const server = await startTestServer({ ACCESS: 'password', ACCESS_PASSWORD: PASSWORD });
    const host = hostOf(server);
    const opened = await openCore();
    await ask(opened.core, 'servers.add', { text: host, password: PASSWORD });
    await server.close();
    await startTestServer({
      ACCESS: 'password',
      ACCESS_PASSWORD: 'another five words of theirs',
      PORT: String(server.port),
    });
    expect(await dial(opened, host)).toMatchObject({ opened: false, payload: { said: { code: 'access-refused' } } });
    await until(async () => (await rightAt(opened.core, host))?.at === 'lost', 'lost');
    await ask(opened.core, 'servers.authorize', { host, password: 'another five words of theirs' });
    expect((await dial(opened, host)).opened).toBe(true);
  });
});

describe('a core at a server that lets in by token', () => {
  it('comes in by invitation, stays in over a restart, and spends no token twice', async () => {
    const env = tokenEnvironment();
    const server = await startTestServer(env);
    const host = hostOf(server);
    const { token } = await newRight(env);
    const opened = await openCore();
    expect(await ask(opened.core, 'servers.read', { text: `Hi! ${invitationTo(server, token)} Anna` })).toEqual({
      host,
      hasToken: true,
      known: false,
    });
    await ask(opened.core, 'servers.add', { text: invitationTo(server, token) });
    expect(await rightAt(opened.core, host)).toMatchObject({ at: 'held', kind: 'token', endsAt: expect.any(Number) });
    expect((await dial(opened, host)).opened).toBe(true);
    for (let restarts = 0; restarts < 2; restarts++) {
      await opened.core.close();
      const again = await openCore(opened.profile);
      const dialled = await Promise.all([dial(again, host), dial(again, host), dial(again, host)]);
      expect(dialled.map((wire) => wire.opened)).toEqual([true, true, true]);
      await again.core.close();
    }
  });

  it('is told in a code when its right is revoked while it is connected', async () => {
    const env = tokenEnvironment();
    const server = await startTestServer(env);
    const host = hostOf(server);
    const { id, token } = await newRight(env);
    const opened = await openCore();
    await ask(opened.core, 'servers.add', { text: invitationTo(server, token) });
    const wire = await dial(opened, host);
    expect(wire.opened).toBe(true);
    const revoked = await fetch(`${server.url}/admin/api/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN}` },
      body: JSON.stringify({ id }),
    });
    expect(revoked.status).toBe(200);
    await until(() => wire.said().some(({ event }) => event === 'signaling.closed'), 'closed');
    await until(async () => (await rightAt(opened.core, host))?.at === 'lost', 'lost');
    expect(await rightAt(opened.core, host)).toEqual({ at: 'lost', kind: 'token', code: 'access-revoked' });
    expect(await dial(opened, host)).toMatchObject({ opened: false, payload: { said: { code: 'access-revoked' } } });

    const { token: another } = await newRight(env);
    await ask(opened.core, 'servers.authorize', { host, text: another });
    expect((await dial(opened, host)).opened).toBe(true);
  });
});
