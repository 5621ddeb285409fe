import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ComputersState, ServerHost } from '@parley/shared/model';
import { createInvite, formatInvite } from '@parley/shared/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCore } from '#core/core.ts';
import { ask, testPorts } from '#core/testing/test-kit.ts';
import { until } from '#support/wait.ts';
import {
  type ElectronApp,
  installApp,
  openElectron,
  ownFolder,
  processesOf,
  startElectron,
  underOwnName,
} from './support/electron-app.ts';
import { type ForeignSite, openForeignSite } from './support/foreign-site.ts';
import { openScreen, type Screen } from './support/screen.ts';

const newInvite = async () => formatInvite((await createInvite(ServerHost.parse('calls.example.org'))).invite);

describe('the app in Electron', () => {
  let folder: string;
  let screen: Screen;
  let installed: Awaited<ReturnType<typeof installApp>>;
  let app: ElectronApp;
  let site: ForeignSite;
  let linkAtStart: string;
  let lobbyAtStart: string;

  const options = () => ({
    installed,
    screen,
    home: join(folder, 'ana'),
    programs: join(folder, 'programs'),
    switches: ['--use-fake-device-for-media-stream'],
  });
  const rooms = () => app.page.evaluate('desktop.call("rooms.list", {})');
  const linkField = () => app.page.getByRole('textbox', { name: 'Invite link or message' });

  beforeAll(async () => {
    folder = ownFolder(mkdtempSync(join(tmpdir(), 'parley-shell-')));
    const [programs, asked] = [ownFolder(join(folder, 'programs')), ownFolder(join(folder, 'asked'))];
    // The system's own programs to open a link and to register for one: they write down what they were asked for.
    for (const name of ['xdg-open', 'xdg-settings']) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho "$@" >> ${join(asked, name)}\n`);
      chmodSync(join(programs, name), 0o755);
    }
    [screen, installed, site, linkAtStart] = await Promise.all([
      openScreen(),
      installApp(),
      openForeignSite(),
      newInvite(),
    ]);
    app = await openElectron({ ...options(), args: [linkAtStart] });
    await app.page.getByRole('textbox', { name: 'Your name' }).fill('Ana Ribeiro');
    await app.page.getByRole('button', { name: 'Continue' }).click();
    lobbyAtStart = await linkField().inputValue();
  });
  afterAll(async () => {
    await app?.close();
    await site?.close();
    await screen?.close();
    await installed?.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('runs its page in a sandbox of the system, away from Node', async () => {
    const pages = processesOf(app.pid).filter(({ command }) => command.includes('--type=renderer'));
    expect(pages).toHaveLength(1);
    // A filter of system calls, and no way to new privileges.
    expect(pages[0]?.status).toMatch(/^Seccomp:\s+2$/m);
    expect(pages[0]?.status).toMatch(/^NoNewPrivs:\s+1$/m);
    // The page has a stand-in for `process`, which knows of no Node.
    expect(await app.page.evaluate('[typeof require, typeof process.versions, typeof module]')).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ]);
  });

  it('gives its page two functions that cannot be replaced', async () => {
    expect(await app.page.evaluate('[Object.keys(desktop).sort(), Object.isFrozen(desktop)]')).toEqual([
      ['call', 'on'],
      true,
    ]);
    expect(await app.page.evaluate('desktop.call("app.info", {})')).toMatchObject({
      ok: true,
      value: { host: 'electron', keysProtectedBy: 'file-permissions' },
    });
    expect(await app.page.evaluate('desktop.call("toString", {})')).toMatchObject({ code: 'unknown-call' });
    expect(await app.page.evaluate('desktop.call("rooms.list", 5)')).toMatchObject({ code: 'bad-request' });
    expect(await app.page.evaluate('desktop.call("rooms.list", "x".repeat(600 * 1024))')).toMatchObject({
      code: 'too-large',
    });
  });

  it('tells its page what changed', async () => {
    const heard = app.page.evaluate(
      'new Promise((resolve) => desktop.on("settings.changed", (...all) => resolve(all)))',
    );
    await app.page.evaluate('desktop.call("settings.change", { appearance: { theme: "dark" } })');
    expect(await heard).toEqual([expect.objectContaining({ appearance: { theme: 'dark' } })]);
  });

  it('loads its page again when the page asks for it', async () => {
    await app.page.evaluate('window.before = true');
    await app.page.evaluate('location.reload()');
    await until('the page to be loaded again', async () => (await app.page.evaluate('window.before')) === undefined);
    expect(app.page.url()).toBe('app://bundle/index.html');
    expect(await app.page.evaluate('desktop.call("app.info", {})')).toMatchObject({ ok: true });
  });

  it('lets its page go nowhere else', async () => {
    await app.main.ask(`(globalThis.asked = [], electron.BrowserWindow.getAllWindows()[0].webContents.on(
      'will-frame-navigate', (event) => asked.push([event.url, event.isMainFrame, event.defaultPrevented])), null)`);
    await app.page.evaluate('window.before = true');
    for (const url of [`${site.url}/away`, 'app://bundle/index.html?other', 'app://other/index.html']) {
      await app.page.evaluate(`location.assign(${JSON.stringify(url)})`);
      await expect.poll(() => app.main.ask('asked.at(-1)')).toEqual([url, true, true]);
    }
    await app.page.evaluate(
      `Object.assign(document.createElement('a'), { href: ${JSON.stringify(site.url)} }).click()`,
    );
    await expect.poll(() => app.main.ask('asked.at(-1)')).toEqual([`${site.url}/`, true, true]);
    expect(await app.page.evaluate('[location.href, window.before]')).toEqual(['app://bundle/index.html', true]);
    expect(site.asked).toEqual([]);
  });

  it('opens no window for its page', async () => {
    expect(await app.page.evaluate(`window.open(${JSON.stringify(site.url)})`)).toBeNull();
    expect(await app.main.ask('electron.BrowserWindow.getAllWindows().length')).toBe(1);
    expect(site.asked).toEqual([]);
  });

  it('hosts no page of others, and gives a frame of its own neither the bridge nor a camera', async () => {
    const found = await app.page.evaluate(`(async () => {
      const refused = new Promise((resolve) =>
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));
      const foreign = document.createElement('iframe');
      foreign.src = ${JSON.stringify(site.url)};
      const own = document.createElement('iframe');
      document.body.append(foreign, own);
      const camera = await own.contentWindow.navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'granted', (error) => error.name);
      const seen = [await refused, typeof own.contentWindow.desktop, camera];
      foreign.remove();
      own.remove();
      return seen;
    })()`);
    expect(found).toEqual(['frame-src', 'undefined', 'NotAllowedError']);
    expect(site.asked).toEqual([]);
  });

  it('lets its page have a camera, and not the place, the clipboard or instruments', async () => {
    const states = await app.page.evaluate(`(async () => {
      const camera = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
      for (const track of camera.getTracks()) track.stop();
      const state = async (name) => (await navigator.permissions.query({ name })).state;
      return {
        tracks: camera.getTracks().length,
        notifications: Notification.permission,
        geolocation: await state('geolocation'),
        'clipboard-read': await state('clipboard-read'),
        midi: await state('midi'),
      };
    })()`);
    expect(states).toEqual({
      tracks: 2,
      notifications: 'granted',
      geolocation: 'denied',
      'clipboard-read': 'denied',
      midi: 'denied',
    });
  });

  it.each([
    ['another site', () => `${site.url}/visit`],
    ['its own page in a window that it did not open', () => 'app://bundle/index.html'],
  ])('answers nothing to %s and lets it have nothing', async (_whose, url) => {
    const found = await app.main.ask(`(async () => {
      const [own] = electron.BrowserWindow.getAllWindows();
      const preload = ${JSON.stringify(join(installed.folder, 'out', 'preload', 'preload.cjs'))};
      const window = new electron.BrowserWindow({ show: false, webPreferences: { preload } });
      try {
        await window.loadURL(${JSON.stringify(url())});
        return await window.webContents.executeJavaScript(\`(async () => ({
          bridge: await desktop.call('app.info', {}),
          camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'granted', (error) => error.name),
          screen: await navigator.mediaDevices.getDisplayMedia({ video: true }).then(() => 'granted', (error) => error.name),
          notifications: Notification.permission,
        }))()\`, true);
      } finally {
        window.destroy();
      }
    })()`);
    expect(found).toMatchObject({
      bridge: { ok: false, code: 'sender-refused' },
      camera: 'NotAllowedError',
      notifications: 'denied',
    });
    expect(found).not.toMatchObject({ screen: 'granted' });
  });

  it('serves its built page alone, and no file', async () => {
    const status = (url: string, method = 'GET') =>
      app.main.ask(
        `electron.session.defaultSession.fetch(${JSON.stringify(url)}, { method: ${JSON.stringify(method)} }).then(({ status }) => status)`,
      );
    expect(await status('app://bundle/index.html')).toBe(200);
    expect(await status('app://bundle/index.html', 'POST')).toBe(405);
    expect(await status('app://other/index.html')).toBe(404);
    expect(await status('app://bundle/..%2fmain%2fmain.js')).toBe(404);
    expect(await status('file:///etc/passwd')).toBe(403);
  });

  it('fills in the lobby with a link among its arguments, and joins nothing', async () => {
    expect(lobbyAtStart).toBe(linkAtStart);
    expect(await rooms()).toMatchObject({ value: { items: [] } });
  });

  it('takes the link of a second start, which ends at once and opens nothing', async () => {
    const link = await newInvite();
    expect(await startElectron({ ...options(), args: [link] }).ended).toEqual({ code: 0, signal: null });
    await until('the link in the lobby', async () => (await linkField().inputValue()) === link);
    expect(await app.main.ask('electron.BrowserWindow.getAllWindows().length')).toBe(1);
    expect(await rooms()).toMatchObject({ value: { items: [] } });
  });

  it('registers for parley: links where it is installed, and not where it runs from a folder', async () => {
    const settings = join(folder, 'asked', 'xdg-settings');
    expect(existsSync(settings)).toBe(false);
    const started = startElectron({
      ...options(),
      installed: underOwnName(installed, ownFolder(join(folder, 'electron'))),
      home: join(folder, 'ben'),
    });
    const asked = await until(
      'the app to register',
      () => (existsSync(settings) && readFileSync(settings, 'utf8')) || undefined,
    );
    expect(asked).toMatch(/^set default-url-scheme-handler parley \S+\n$/);
    await started.close();
  });

  it('opens a link outside after the person agreed, and not otherwise', async () => {
    const links = join(folder, 'asked', 'xdg-open');
    const ask = (url: string) =>
      app.page.evaluate(`desktop.call('app.open-external', { url: ${JSON.stringify(url)} })`);
    const refused = ask('https://example.org/refused');
    await screen.press('Open a link', 'Escape');
    expect(await refused).toMatchObject({ ok: false, code: 'cancelled' });
    const agreed = ask('https://example.org/agreed?a=b');
    await screen.press('Open a link', 'Right', 'Return');
    expect(await agreed).toMatchObject({ ok: true });
    await until('the link outside', () => existsSync(links));
    expect(readFileSync(links, 'utf8')).toBe('https://example.org/agreed?a=b\n');
    expect(await ask('http://example.org/')).toMatchObject({ ok: false, code: 'link-refused' });
  });

  it('takes another computer in after the person agreed in a dialog of the system, whatever its page says', async () => {
    const laptop = await createCore(testPorts(join(folder, 'laptop'), { serverProcess: null }));
    try {
      const call = (name: string, input: unknown) =>
        app.page.evaluate(`desktop.call(${JSON.stringify(name)}, ${JSON.stringify(input)})`);
      const { value } = (await call('computers.state', {})) as { value: ComputersState };
      const wish = await ask(laptop, 'computers.ask', { person: value.person, name: 'Kitchen laptop' });
      const welcome = () => call('computers.welcome', { ask: wish });
      const isOpen = async () => (await screen.windows('A new computer')).length > 0;
      const gone = () => until('the question to be gone', async () => !(await isOpen()));

      // Escape, and Return by somebody who was typing, are a no.
      for (const key of ['Escape', 'Return']) {
        const refused = welcome();
        await screen.press('A new computer', key);
        expect(await refused).toMatchObject({ ok: false, code: 'cancelled' });
        await gone();
      }
      const withdrawn = welcome();
      await until('the question', isOpen);
      expect(await welcome()).toMatchObject({ ok: false, code: 'computer-unanswered' });
      await call('computers.stop-giving', { failed: true });
      expect(await withdrawn).toMatchObject({ ok: false, code: 'cancelled' });
      await gone();
      expect(await call('computers.state', {})).toMatchObject({ value: { list: null } });
      expect(await call('computers.part', { index: 0 })).toMatchObject({ ok: false, code: 'computer-refused' });

      const agreed = welcome();
      await screen.press('A new computer', 'Right', 'Return');
      expect(await agreed).toMatchObject({
        ok: true,
        value: { list: { computers: [{ name: 'Kitchen laptop', device: wish.device }] } },
      });
      await call('computers.stop-giving', { failed: true });
    } finally {
      await laptop.close();
    }
  });
});
