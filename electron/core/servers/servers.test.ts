import { ServerHost } from '@parley/shared/model';
import { accept, type Outcome, refuse, type ServerAbout, sentenceOf } from '@parley/shared/protocol';
import { createInvite, formatInvite, formatServerInvite } from '@parley/shared/sealing';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import type { RightRow, ServerRow } from '../history/servers-store.ts';
import type { OpenSocket } from '../signaling/socket.ts';
import { type TestClock, testClock, testSecrets } from '../testing/test-kit.ts';
import { openServers, type Servers } from './servers.ts';

const own = ServerHost.parse('127.0.0.1:7350');
const host = ServerHost.parse('calls.example.org');
const PASSWORD = 'five random words of mine';
const token = `parley_${'a'.repeat(12)}_1_${'b'.repeat(43)}`;
const invitation = formatServerInvite({ host, refreshToken: token });

let clock: TestClock;
let rows: Map<ServerHost, ServerRow>;
let home: ServerHost | null;
let about: Outcome<ServerAbout & { roundTripMs: number }>;
let asked: string[];
let refreshed: Outcome<{ accessToken: string; expiresInS: number; refreshToken: string }>;
let removed: ServerHost[];
/** Happens once, while a server is asked who it is. */
let meanwhile: () => Promise<unknown>;
let servers: Servers;

const aboutOf = (access: ServerAbout['access']) =>
  accept({
    service: 'parley-signaling' as const,
    version: '0.1.0',
    protocol: 1,
    access,
    relay: true,
    listed_rooms: false,
    hosts: [host, ServerHost.parse('calls.example.org:8443')],
    roundTripMs: 12,
  });

/** A server that lets in as its `access` says. */
const openSocket: OpenSocket = (dialled, { password, token: accessToken }, listener) => {
  asked.push(`dial ${dialled}`);
  const access = about.ok ? about.value.access : 'open';
  const lets = access === 'open' || (access === 'password' ? password === PASSWORD : accessToken === 'access');
  queueMicrotask(() =>
    lets ? listener.opened('A'.repeat(43)) : listener.failed({ code: 'access-refused', message: 'No.' }),
  );
  return {
    call: async () => accept({ v: 1, challenge: 'A'.repeat(43), expiresInMs: 30_000 }),
    close: () => {},
  };
};

const open = () =>
  openServers({
    rows: {
      servers: async () => [...rows.values()],
      addServer: async (added, name) => {
        if (!rows.has(added)) rows.set(added, { host: added, name, addedAt: clock.now(), right: null });
      },
      renameServer: async (renamed, name) => void Object.assign(rows.get(renamed) ?? {}, { name }),
      setRight: async (of, right: RightRow) => void Object.assign(rows.get(of) ?? {}, { right }),
      removeServer: async (removed) => void rows.delete(removed),
    },
    http: {
      async about(of) {
        asked.push(`about ${of}`);
        const happening = meanwhile;
        meanwhile = async () => {};
        await happening();
        return about;
      },
      async refresh(_of, spent) {
        asked.push(`refresh ${spent}`);
        return refreshed;
      },
    },
    openSocket,
    secrets: testSecrets(),
    clock,
    log: silentLog,
    own: { host: () => own, isOwn: (of) => of === own },
    homeServer: {
      get: () => home,
      forget: () => {
        home = null;
      },
    },
    roomsOn: () => new Map([[host, 2]]),
    changed: () => {},
    notStored: () => {},
    removed: (of) => removed.push(of),
  });

beforeEach(async () => {
  clock = testClock();
  rows = new Map();
  home = null;
  about = aboutOf('open');
  asked = [];
  removed = [];
  meanwhile = async () => {};
  refreshed = accept({ accessToken: 'access', expiresInS: 900, refreshToken: 'next' });
  servers = await open();
});

describe('known servers', () => {
  it('begin with this app’s own, then come in the order in which they were added', async () => {
    await servers.add({ text: 'https://calls.example.org/', name: 'Office' });
    clock.advance(1);
    await servers.know(ServerHost.parse('other.example'));
    expect(servers.list()).toMatchObject([
      { host: own, own: true },
      { host, name: 'Office', own: false, right: { at: 'none' }, rooms: 2, check: { at: 'ok', relay: true } },
      { host: 'other.example', name: null, check: null },
    ]);
    expect((await open()).list().map((server) => server.host)).toEqual([own, host, 'other.example']);
  });

  it('hold the home server that was chosen before there was a list', async () => {
    home = ServerHost.parse('home.example');
    expect((await open()).list().map((server) => server.host)).toEqual([own, 'home.example']);
  });

  it('are the only ones that are dialled: a removed one is forgotten with its right, and is no home any more', async () => {
    about = aboutOf('password');
    await servers.add({ text: host, password: PASSWORD });
    home = host;
    expect(servers.isKnown(host)).toBe(true);
    await servers.remove(host);
    expect([servers.isKnown(host), home, rows.size]).toEqual([false, null, 0]);
    expect(removed).toEqual([host]);
    expect(await servers.credentials(host)).toEqual(accept({}));
    await expect(servers.remove(host)).rejects.toMatchObject({ code: 'bad-request' });
    expect([servers.isKnown(own), servers.isKnown(ServerHost.parse('elsewhere.example'))]).toEqual([true, false]);
  });

  it('stay when an addition fails and a room on it was made or joined meanwhile', async () => {
    about = refuse('server-unreachable');
    meanwhile = () => servers.know(host);
    await expect(servers.add({ text: host, name: 'Office' })).rejects.toMatchObject({ code: 'server-unreachable' });
    expect([servers.isKnown(host), rows.has(host)]).toEqual([true, true]);
    expect(servers.list()[1]).toMatchObject({ host, check: { at: 'failed' } });
  });

  it('stay when an addition fails and a room on it is made or joined at the same moment', async () => {
    about = refuse('server-unreachable');
    const [added] = await Promise.allSettled([servers.add({ text: host }), servers.know(host)]);
    expect([added.status, servers.isKnown(host), rows.has(host)]).toEqual(['rejected', true, true]);
  });

  it('stay when one of two additions at once gets in, and are forgotten when neither does', async () => {
    about = aboutOf('password');
    for (const passwords of [
      [PASSWORD, 'wrong'],
      ['wrong', PASSWORD],
    ]) {
      await Promise.allSettled(passwords.map((password) => servers.add({ text: host, password })));
      expect(servers.list()[1], passwords.join()).toMatchObject({ host, right: { at: 'held', kind: 'password' } });
      expect(rows.get(host)?.right).toMatchObject({ kind: 'password' });
      await servers.remove(host);
    }
    await Promise.allSettled(['wrong', 'worse'].map((password) => servers.add({ text: host, password })));
    expect([servers.isKnown(host), rows.size]).toEqual([false, 0]);
  });

  it('that were removed and came again stay when an addition from before fails', async () => {
    about = refuse('server-unreachable');
    meanwhile = async () => {
      await servers.remove(host);
      await servers.know(host);
    };
    await expect(servers.add({ text: host })).rejects.toMatchObject({ code: 'server-unreachable' });
    expect([servers.isKnown(host), rows.has(host)]).toEqual([true, true]);
  });

  it('get and lose a name', async () => {
    await servers.add({ text: host });
    expect(await servers.rename(host, 'Office')).toMatchObject({ name: 'Office' });
    expect(await servers.rename(host, null)).toMatchObject({ name: null });
  });
});

describe('the names of a server', () => {
  it('are the one that this app uses, and then those that it tells of itself', async () => {
    const lan = ServerHost.parse('192.168.1.20:7350');
    expect(await servers.namesOf(host)).toEqual([host, 'calls.example.org:8443']);
    expect(await servers.namesOf(lan)).toEqual([lan, host, 'calls.example.org:8443']);
    about = refuse('server-unreachable');
    await expect(servers.namesOf(host)).rejects.toMatchObject({ code: 'server-unreachable' });
  });
});

describe('a text that names a server', () => {
  it('is an address, an invitation to it, or an invite to one of its rooms, in whatever message', async () => {
    const { invite } = await createInvite(host);
    const read = (text: string) => servers.read(text);
    expect(read('https://Calls.Example.org:443/x')).toEqual({ host, hasToken: false, known: false });
    expect(read(`Here you are:\n${invitation}\nSee you!`)).toEqual({ host, hasToken: true, known: false });
    expect(read(formatInvite(invite))).toEqual({ host, hasToken: false, known: false });
    expect(read(own)).toEqual({ host: own, hasToken: false, known: true });
    expect(() => read('good morning')).toThrow();
    expect(asked).toEqual([]);
  });
});

describe('a check', () => {
  it('says who the server is and how one gets in, and stores nothing', async () => {
    about = aboutOf('token');
    expect(await servers.check({ text: invitation })).toEqual({
      host,
      check: {
        at: 'ok',
        version: '0.1.0',
        access: 'token',
        relay: true,
        listedRooms: false,
        roundTripMs: 12,
        checkedAt: clock.now(),
      },
    });
    expect(asked).toEqual([`about ${host}`]);
    expect(rows.size).toBe(0);
  });

  it('gets in where the server is open, or with a password that is given', async () => {
    expect(await servers.check({ text: host })).toMatchObject({ check: { at: 'ok' } });
    expect(asked).toEqual([`about ${host}`, `dial ${host}`]);
    about = aboutOf('password');
    expect(await servers.check({ text: host, password: 'wrong' })).toMatchObject({
      check: {
        at: 'failed',
        code: 'access-refused',
        message: `${sentenceOf('access-refused')} calls.example.org says: “No.”`,
      },
    });
    expect(await servers.check({ text: host, password: PASSWORD })).toMatchObject({ check: { at: 'ok' } });
  });

  it('of a known server uses the stored right, notes what came of it, and when that is lost', async () => {
    about = aboutOf('password');
    await servers.add({ text: host, password: PASSWORD });
    expect(servers.list()[1]).toMatchObject({ check: { at: 'ok' }, right: { at: 'held', kind: 'password' } });
    about = refuse('server-unreachable');
    await servers.check({ text: host });
    expect(servers.list()[1]).toMatchObject({
      check: { at: 'failed', code: 'server-unreachable' },
      right: { at: 'held' },
    });
    about = aboutOf('token');
    await servers.check({ text: host });
    await expect.poll(() => servers.list()[1]?.right).toMatchObject({ at: 'lost', code: 'access-refused' });
  });
});

describe('getting in', () => {
  it('by password stores it once the server took it, and nothing where it did not', async () => {
    about = aboutOf('password');
    await expect(servers.add({ text: host, password: 'wrong' })).rejects.toMatchObject({ code: 'access-refused' });
    await expect(servers.add({ text: host })).rejects.toMatchObject({ code: 'access-refused' });
    expect(rows.size).toBe(0);
    expect(await servers.add({ text: host, password: PASSWORD })).toMatchObject({
      right: { at: 'held', kind: 'password' },
    });
    expect(await servers.credentials(host)).toEqual(accept({ password: PASSWORD }));
    expect(await (await open()).credentials(host)).toEqual(accept({ password: PASSWORD }));
  });

  it('by invitation spends its token once and keeps the next', async () => {
    about = aboutOf('token');
    expect(await servers.add({ text: `Come in: ${invitation}` })).toMatchObject({
      right: { at: 'held', kind: 'token' },
    });
    expect(asked.filter((one) => one.startsWith('refresh'))).toEqual([`refresh ${token}`]);
    expect(await servers.credentials(host)).toEqual(accept({ token: 'access' }));
    expect(Buffer.from(rows.get(host)?.right?.credential ?? []).toString()).not.toContain(token);
  });

  it('says what the server says of an invitation, and keeps nothing', async () => {
    about = aboutOf('token');
    refreshed = refuse('access-expired');
    await expect(servers.add({ text: invitation })).rejects.toMatchObject({ code: 'access-expired' });
    expect(rows.size).toBe(0);
  });

  it('never spends a token at a server that takes none', async () => {
    await expect(servers.add({ text: invitation })).rejects.toMatchObject({ code: 'not-allowed' });
    expect(asked.filter((one) => one.startsWith('refresh'))).toEqual([]);
  });

  it('anew after a right was lost; a wrong password leaves things as they were', async () => {
    about = aboutOf('password');
    await servers.add({ text: host, password: PASSWORD });
    servers.refused(host, { code: 'access-refused' });
    await expect.poll(() => servers.list()[1]?.right).toMatchObject({ at: 'lost' });
    await expect(servers.authorize({ host, password: 'wrong' })).rejects.toMatchObject({ code: 'access-refused' });
    expect(servers.list()[1]?.right).toMatchObject({ at: 'lost' });
    expect(await servers.authorize({ host, password: PASSWORD })).toMatchObject({ right: { at: 'held' } });
    about = aboutOf('token');
    expect(await servers.authorize({ host, text: token })).toMatchObject({ right: { at: 'held', kind: 'token' } });
    const other = formatServerInvite({ host: ServerHost.parse('other.example'), refreshToken: token });
    await expect(servers.authorize({ host, text: other })).rejects.toMatchObject({ code: 'bad-request', path: 'text' });
    await expect(servers.authorize({ host })).rejects.toMatchObject({ code: 'bad-request', path: 'password' });
  });

  it('is not needed at this app’s own server, which cannot be added', async () => {
    await expect(servers.add({ text: own })).rejects.toMatchObject({ code: 'not-allowed' });
  });
});
