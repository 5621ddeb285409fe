import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#core/adapters/stream-log.ts';
import { createCore } from '#core/core.ts';
import { ask, type TestServerProcess, temporaryFolder, testPorts, testServerProcess } from '#core/testing/test-kit.ts';
import { handOver } from './handover.ts';
import { type LoopbackHost, type LoopbackOptions, startLoopback } from './start-loopback.ts';
import { chromiumArguments } from './window.ts';

describe('the loopback host as a whole', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let profile: string;
  let server: TestServerProcess;
  const opened: LoopbackHost[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    profile = join(folder.path, 'profile');
    server = testServerProcess();
    writeFileSync(join(folder.path, 'index.html'), '<!doctype html><html><head></head><body></body></html>');
  });
  afterEach(async () => {
    for (const host of opened.splice(0)) await host.close();
    folder.remove();
  });

  const start = async (more: Partial<LoopbackOptions> = {}): Promise<LoopbackHost> => {
    const { shell: _shell, ...ports } = testPorts(profile, { serverProcess: server });
    const host = await startLoopback({ profile, pageRoot: folder.path, log: silentLog, ports, ...more });
    opened.push(host);
    return host;
  };
  const enter = async (url: string) => {
    const answer = await fetch(url, { redirect: 'manual' });
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  };

  /** Where a page of the profile leads. */
  const leadsTo = (pageUrl: string) =>
    /content="0; url=([^"]+)"/.exec(readFileSync(fileURLToPath(pageUrl), 'utf8'))?.[1] ?? '';
  const opening = () => (existsSync(join(profile, 'opening')) ? readdirSync(join(profile, 'opening')) : null);

  it('serves the page with a policy that lets it reach this host alone', async () => {
    const host = await start();
    const cookie = await enter(host.url);
    const page = await fetch(`http://127.0.0.1:${host.port}/`, { headers: { cookie } });
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self';");
  });

  it('asks for the network only once the person has allowed it', async () => {
    const host = await start();
    expect(server.starts.every(({ lan, publicHosts }) => !lan && publicHosts.length === 0)).toBe(true);
    expect(server.starts.length).toBeGreaterThan(0);
    await ask(host.core, 'server.allow-lan', { allow: true });
    expect(server.starts.at(-1)?.lan).toBe(true);
  });

  it('starts no server of its own where none is wanted', async () => {
    const { shell: _shell, serverProcess: _server, ...ports } = testPorts(profile);
    const host = await start({ embeddedServer: false, ports });
    expect(await ask(host.core, 'server.state', {})).toEqual({ at: 'off' });
  });

  it('lets one process at a time have a profile, and lets go of it', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({ code: 'already-running' });
    expect(await ask(first.core, 'app.info', {})).toMatchObject({ host: 'loopback' });
    await first.close();
    const second = await start();
    expect(second.port).toBeGreaterThan(0);
  });

  it('lets go of everything when its port is taken', async () => {
    const first = await start();
    const { shell: _shell, ...ports } = testPorts(join(folder.path, 'other'));
    const other = { profile: join(folder.path, 'other'), port: first.port, pageRoot: folder.path, ports };
    await expect(startLoopback(other)).rejects.toMatchObject({ code: 'port-in-use' });
    const again = await startLoopback({ ...other, port: 0 });
    await again.close();
  });

  it('takes a later start over: the link, and a window', async () => {
    const shown: string[] = [];
    const host = await start({ showWindow: async (url) => shown.push(url) > 0 });
    const heard: unknown[] = [];
    host.core.subscribe((event, payload) => event === 'app.noticed' && heard.push(payload));
    expect(await handOver(profile, 'parley://nonsense')).toEqual({ opened: true, url: null });
    expect(heard).toEqual([expect.objectContaining({ code: expect.stringMatching(/^invite-/) })]);
    expect(await enter(leadsTo(shown[0] ?? ''))).toMatch(/^parley_/);
    expect(opening()).toEqual([]);
  });

  it('lets a window in by a page that nobody else can read, told to the browser without the token', async () => {
    const host = await start();
    const page = (await host.openWindow(async (url) => url)) ?? '';
    const token = new URL(leadsTo(page)).searchParams.get('start') ?? '';
    expect(token).toMatch(/^[\w-]{43}$/);
    const args = chromiumArguments({ url: page, profile, asRoot: false });
    expect(args[0]).toMatch(/^--app=file:\/\/\/.*\/opening\/1\.html$/);
    expect(args.join('\n')).not.toMatch(/start=|http:/);
    expect(args.join('\n')).not.toContain(token);
    if (process.platform !== 'win32') {
      expect(statSync(fileURLToPath(page)).mode & 0o777).toBe(0o600);
      expect(statSync(join(profile, 'opening')).mode & 0o777).toBe(0o700);
    }
    expect(await enter(leadsTo(page))).toMatch(/^parley_/);
    expect(opening()).toEqual([]);
  });

  it('leads each of several windows in by a page of its own, and leaves none', async () => {
    const host = await start();
    const show = async (url: string) => url;
    const first = (await host.openWindow(show)) ?? '';
    const second = (await host.openWindow(show)) ?? '';
    expect(opening()).toEqual(['1.html', '2.html']);
    expect(await enter(leadsTo(first))).toMatch(/^parley_/);
    expect(opening()).toEqual(['2.html']);
    // The same name again, for the place on the screen that Chromium keeps by it.
    expect(await host.openWindow(show)).toBe(first);
    expect(leadsTo(first)).not.toBe(leadsTo(second));
    expect(await host.openWindow(async () => null)).toBeNull();
    expect(
      await host.openWindow(async () => {
        throw new Error('no browser');
      }),
    ).toBeNull();
    expect(opening()).toEqual(['1.html', '2.html']);
    await host.close();
    expect(opening()).toBeNull();
  });

  it('takes away what a start left that was killed, and opens no window where the page cannot be written', async () => {
    const host = await start();
    await host.openWindow(async (url) => url);
    const left = join(profile, 'opening');
    await host.close();
    mkdirSync(left);
    writeFileSync(join(left, '1.html'), 'old');
    const next = await start();
    expect(opening()).toBeNull();
    writeFileSync(left, 'in the way');
    let asked = 0;
    expect(await next.openWindow(async () => asked++)).toBeNull();
    expect(asked).toBe(0);
  });

  it('gives a later start the address where no window can be opened', async () => {
    await start();
    const answer = await handOver(profile, null);
    expect(answer?.opened).toBe(false);
    expect(await enter(answer?.url ?? '')).toMatch(/^parley_/);
  });

  it('keeps the way for later starts from other people, and takes it away at the end', async () => {
    const host = await start();
    if (process.platform !== 'win32') expect(statSync(join(profile, 'handover.json')).mode & 0o077).toBe(0);
    await host.close();
    expect(await handOver(profile, null)).toBeNull();
    writeFileSync(join(profile, 'handover.json'), '{"port":1,"secret":5}');
    expect(await handOver(profile, null)).toBeNull();
  });

  it('opens a link outside only after the person agreed to it in a window', async () => {
    const shown: string[] = [];
    const links: string[] = [];
    const host = await start({
      showWindow: async (url) => shown.push(url) > 0,
      openLink: async (url) => links.push(url.href) > 0,
    });
    const cookie = await enter(host.url);
    const asked = host.core.call('app.open-external', { url: 'https://example.org/' });
    await expect.poll(() => shown.length).toBe(1);
    expect(links).toEqual([]);
    const origin = `http://127.0.0.1:${host.port}`;
    await fetch(shown[0] ?? '', {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'answer=open',
    });
    expect(await asked).toEqual({ ok: true, value: {} });
    expect(links).toEqual(['https://example.org/']);
    expect(await host.core.call('app.open-external', { url: 'file:///etc/passwd' })).toMatchObject({
      code: 'link-refused',
    });
    expect(shown).toHaveLength(1);
  });

  it('closes at once while a link waits for the person, whose answer counts as no', async () => {
    const shown: string[] = [];
    const links: string[] = [];
    const host = await start({
      showWindow: async (url) => shown.push(url) > 0,
      openLink: async (url) => links.push(url.href) > 0,
    });
    const origin = `http://127.0.0.1:${host.port}`;
    const asked = fetch(`${origin}/bridge/call`, {
      method: 'POST',
      headers: { cookie: await enter(host.url), origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'app.open-external', input: { url: 'https://example.org/' } }),
    }).then((response) => response.json());
    await expect.poll(() => shown.length).toBe(1);
    await host.close();
    expect(await asked).toMatchObject({ ok: false, code: 'cancelled' });
    expect(links).toEqual([]);
  });

  it('asks about a new computer outside the page, and takes none in without a yes', async () => {
    const shown: string[] = [];
    const host = await start({ showQuestion: async (url) => shown.push(url) > 0 });
    const cookie = await enter(host.url);
    const other = await createCore(testPorts(join(folder.path, 'other'), { serverProcess: null }));
    await host.core.call('settings.change', { profile: { username: 'Ana', displayName: null } });
    const { person } = await ask(host.core, 'computers.state', {});
    const wish = await ask(other, 'computers.ask', { person, name: 'Laptop' });
    const origin = `http://127.0.0.1:${host.port}`;
    const answered = async (answer: string) => {
      const before = shown.length;
      const asked = host.core.call('computers.welcome', { ask: wish });
      await expect.poll(() => shown.length).toBe(before + 1);
      const [url = ''] = shown.slice(-1);
      expect(await (await fetch(url, { headers: { cookie } })).text()).toContain('Make Laptop one of your computers?');
      await fetch(url, {
        method: 'POST',
        headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: `answer=${answer}`,
      });
      return asked;
    };
    expect(await answered('cancel')).toMatchObject({ ok: false, code: 'cancelled' });
    expect(await host.core.call('computers.state', {})).toMatchObject({ value: { list: null } });
    expect(await answered('open')).toMatchObject({ ok: true, value: { list: { computers: [{ name: 'Laptop' }] } } });
    await other.close();
  });

  it('opens no link where there is no window to ask in', async () => {
    const links: string[] = [];
    const host = await start({ openLink: async (url) => links.push(url.href) > 0 });
    expect(await host.core.call('app.open-external', { url: 'https://example.org/' })).toMatchObject({
      code: 'cancelled',
    });
    expect(links).toEqual([]);
  });
});
