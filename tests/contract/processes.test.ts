import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#core/testing/test-kit.ts';
import { ensureBuilt } from '#support/built.ts';
import { type RunningProcess, startProcess } from '#support/processes.ts';
import { startProgram } from '#support/programs.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';
import { until } from '#support/wait.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

type Ready = { ready: true; url: string; port: number; server: { at: string; host?: string; lanHosts?: unknown[] } };

describe('the programs that a person starts', { timeout: 90_000 }, () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let profile: string;
  const started: RunningProcess[] = [];
  beforeAll(() => ensureBuilt(), 120_000);
  beforeEach(() => {
    folder = temporaryFolder();
    profile = join(folder.path, 'profile');
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close();
    folder.remove();
  });

  const run = (args: string[], env: Record<string, string> = {}): RunningProcess => {
    const one = startProcess({ args, env });
    started.push(one);
    return one;
  };
  const host = (more: string[] = [], env: Record<string, string> = {}) =>
    run(['electron/loopback/main.ts', '--profile', profile, '--json', ...more], env);
  const ready = (one: RunningProcess) =>
    one.waitForLine('readiness', (line) =>
      line.startsWith('{"ready":true') ? (JSON.parse(line) as Ready) : undefined,
    );
  /** Asks, as the page does, to open a link outside; `asked` holds whatever comes of it. */
  const askForLink = async (url: string) => {
    const { origin } = new URL(url);
    const cookie = (await fetch(url, { redirect: 'manual' })).headers.get('set-cookie')?.split(';')[0] ?? '';
    const asked = fetch(`${origin}/bridge/call`, {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'app.open-external', input: { url: 'https://example.org/' } }),
    }).then(
      (response): Promise<unknown> => response.json(),
      () => null,
    );
    return { asked, cookie, origin };
  };
  const enter = async (url: string) => (await fetch(url, { redirect: 'manual' })).status;
  /** Whether something listens there. */
  const isFree = (port: number, address: string) =>
    new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, address, () => probe.close(() => resolve(true)));
    });
  /** A browser that writes its arguments down and lives until the test ends it. */
  const browser = () => {
    const file = join(folder.path, 'browser');
    const note = join(folder.path, 'browser.json');
    const end = join(folder.path, 'end');
    writeFileSync(
      file,
      `#!${NODE}
const fs = require('node:fs');
fs.writeFileSync(${JSON.stringify(note)}, JSON.stringify(process.argv.slice(2)));
const look = () => fs.existsSync(${JSON.stringify(end)}) && process.exit(5);
fs.watch(${JSON.stringify(folder.path)}, look);
// It may have been told to end before it watched.
look();
`,
    );
    chmodSync(file, 0o755);
    return { file, note, end: () => writeFileSync(end, '') };
  };

  it('loopback: says when it is ready, with a server of its own on this computer alone, and stops in order', async () => {
    const one = host(['--window', 'none']);
    const { url, port, server } = await ready(one);
    expect(new URL(url).port).toBe(String(port));
    expect(server).toMatchObject({ at: 'running', lanHosts: [] });
    const own = Number(server.host?.split(':')[1]);
    expect(await isFree(own, '127.0.0.1')).toBe(false);
    // Any other address of this computer is still free, so nothing listens there.
    if (process.platform === 'linux') expect(await isFree(own, '127.0.0.2')).toBe(true);
    expect(await enter(url)).toBe(200);

    expect((await one.close('SIGTERM')).code).toBe(0);
    expect(await isFree(port, '127.0.0.1')).toBe(true);
    expect(await isFree(own, '127.0.0.1')).toBe(true);
    expect(existsSync(join(profile, 'handover.json'))).toBe(false);
  });

  it('loopback: closes in order also when Ctrl+C reaches it twice', async () => {
    const one = host(['--window', 'none']);
    await ready(one);
    one.kill('SIGINT');
    // The first thing it does on its way out. The server and the history are still to be closed.
    await until('the start of the closing', () => !existsSync(join(profile, 'handover.json')), { everyMs: 1 });
    one.kill('SIGINT');
    expect((await one.ended).code).toBe(0);
    for (const left of ['handover.json', 'history.db-wal', 'history.db-shm']) {
      expect(existsSync(join(profile, left)), left).toBe(false);
    }
  });

  it('loopback: lives as long as its window', async () => {
    const { file, note, end } = browser();
    const one = host(['--no-embedded-server'], { CHROMIUM: file });
    await ready(one);
    await expect.poll(() => existsSync(note), { timeout: 20_000 }).toBe(true);
    const args = JSON.parse(readFileSync(note, 'utf8')) as string[];
    expect(args[0]).toBe(`--app=${pathToFileURL(join(profile, 'opening', '1.html')).href}`);
    expect(args).toContain(`--user-data-dir=${join(profile, 'window')}`);
    end();
    expect((await one.ended).code).toBe(0);
  });

  it.each([
    ['is asked to end', (one: RunningProcess, _end: () => void) => one.kill('SIGTERM')],
    ['loses its windows', (_one: RunningProcess, end: () => void) => end()],
  ])('loopback: closes at once when it %s while a link waits for an answer', async (_how, close) => {
    const { file, note, end } = browser();
    const one = host([], { CHROMIUM: file });
    const { url, port } = await ready(one);
    const { asked } = await askForLink(url);
    await until('the question', () => readFileSync(note, 'utf8').includes('/open/'));
    close(one, end);
    // Well below the two minutes for which the question would wait; closing the window and the server takes its time.
    await until('the end', () => !one.isRunning, { timeoutMs: 20_000 });
    expect(await one.ended).toEqual({ code: 0, signal: null });
    expect(await asked).toMatchObject({ ok: false, code: 'cancelled' });
    expect(await isFree(port, '127.0.0.1')).toBe(true);
    const again = host(['--window', 'none', '--no-embedded-server']);
    await ready(again);
  });

  it('loopback: tells the address of a question where it opens no window, and does what is answered there', async () => {
    const one = host(['--window', 'none', '--no-embedded-server']);
    const { url } = await ready(one);
    const { asked, cookie, origin } = await askForLink(url);
    const question = await one.waitForLine('the question', (line) => /^\{"question":"(\S+)"\}$/.exec(line)?.[1]);
    expect(await (await fetch(question, { headers: { cookie } })).text()).toContain('Open example.org outside Parley?');
    // Nobody reads it without the key that the page has.
    expect((await fetch(question)).status).toBe(403);
    await fetch(question, {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'answer=cancel',
    });
    expect(await asked).toMatchObject({ ok: false, code: 'cancelled' });
  });

  it('loopback: a second start says so, hands over and ends with 3', async () => {
    const first = host(['--window', 'none', '--no-embedded-server']);
    await ready(first);
    const second = host(['--window', 'none']);
    expect((await second.ended).code).toBe(3);
    expect(second.errorText).toContain('Parley is already open.');
    const url = /http:\/\/127\.0\.0\.1:\d+\/\?start=\S+/.exec(second.errorText)?.[0] ?? '';
    expect(await enter(url)).toBe(200);
  });

  it('loopback: says what is wrong in one sentence', async () => {
    const wrong = host(['--port', 'x']);
    expect([(await wrong.ended).code, wrong.errorText]).toEqual([
      2,
      '--port takes a number from 0 to 65535. --help lists them.\n',
    ]);
    mkdirSync(profile);
    writeFileSync(join(profile, 'history.db'), '');
    writeFileSync(join(profile, 'device.key'), 'no key');
    const broken = host(['--window', 'none']);
    expect((await broken.ended).code).toBe(1);
    expect(broken.errorText).not.toMatch(/\n\s+at |\/electron\//);
  });

  it('npm start: opens Electron where its binary is, with everything built', async () => {
    const dist = join(folder.path, 'dist');
    mkdirSync(dist);
    const note = join(folder.path, 'electron.json');
    writeFileSync(
      join(dist, 'electron'),
      `#!${NODE}
require('node:fs').writeFileSync(${JSON.stringify(note)}, JSON.stringify([process.cwd(), ...process.argv.slice(2)]));
process.exit(7);
`,
    );
    chmodSync(join(dist, 'electron'), 0o755);
    const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: dist };
    const start = [NODE, 'scripts/start.mjs', 'parley://join/x'];
    // Electron refuses root, so root is made somebody else for this start.
    const [file = '', ...rest] = isRoot ? ['unshare', '--user', '--map-user=65534', ...start] : start;
    const opened = startProgram(file, rest, { env, cwd: REPOSITORY });
    expect(await opened.ended, opened.output).toBe(7);
    const [cwd, ...args] = JSON.parse(readFileSync(note, 'utf8')) as string[];
    expect(args).toEqual(['.', 'parley://join/x']);
    for (const file of [
      'out/main/main.js',
      'out/main/server-host.js',
      'out/preload/preload.cjs',
      'out/renderer/index.html',
    ]) {
      expect(existsSync(join(cwd ?? '', file)), file).toBe(true);
    }
  });

  it('npm start: opens the same app in a Chromium window otherwise, and says so', async () => {
    const { file, note, end } = browser();
    const start = run(['scripts/start.mjs', '--profile', profile, '--no-embedded-server'], {
      ELECTRON_OVERRIDE_DIST_PATH: folder.path,
      CHROMIUM: file,
      DISPLAY: ':0',
    });
    await expect.poll(() => existsSync(note), { timeout: 60_000 }).toBe(true);
    end();
    expect((await start.ended).code).toBe(0);
    expect(start.lines).toContain('Electron is not on this computer, so the same app opens in a Chromium window.');
  });

  it.runIf(isRoot)('npm start: says to root why Electron is not opened, and opens the Chromium window', async () => {
    const dist = join(folder.path, 'dist');
    mkdirSync(dist);
    writeFileSync(join(dist, 'electron'), '');
    const { file, note, end } = browser();
    const start = run(['scripts/start.mjs', '--profile', profile, '--no-embedded-server'], {
      ELECTRON_OVERRIDE_DIST_PATH: dist,
      CHROMIUM: file,
      DISPLAY: ':0',
    });
    await expect.poll(() => existsSync(note), { timeout: 60_000 }).toBe(true);
    end();
    expect((await start.ended).code).toBe(0);
    expect(start.lines).toContain(
      "Electron is here, but Chromium's sandbox refuses root, so the same app opens in a Chromium window; start it as another user for Electron.",
    );
  });

  it('npm start: says what to do where there is no screen', async () => {
    if (process.platform !== 'linux') return;
    const start = run(['scripts/start.mjs', '--profile', profile], {
      ELECTRON_OVERRIDE_DIST_PATH: folder.path,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
    });
    expect((await start.ended).code).toBe(1);
    expect(start.errorText).toContain('npm start -- --window none');
  });
});
