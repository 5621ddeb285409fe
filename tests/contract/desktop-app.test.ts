import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BRIDGE_CALL_NAMES, BRIDGE_CHANNEL, BRIDGE_EVENT_NAMES } from '@parley/shared/bridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '#core/adapters/stream-log.ts';
import { lockProfile } from '#core/lock-profile.ts';
import { temporaryFolder, testClock, testServerProcess } from '#core/testing/test-kit.ts';
import { runDesktop } from '../../electron/main/desktop-app.ts';
import { PAGE_URL } from '../../electron/main/window-options.ts';
import { createDesktop } from '../../electron/preload/desktop.ts';
import { fakeDesktop } from './fake-desktop.ts';

describe('the app under Electron', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let profile: string;
  const toQuit: (() => Promise<void>)[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    profile = join(folder.path, 'profile');
    mkdirSync(join(folder.path, 'renderer'));
    writeFileSync(join(folder.path, 'renderer', 'index.html'), '<!doctype html><html><head></head></html>');
  });
  afterEach(async () => {
    for (const quit of toQuit.splice(0)) await quit();
    folder.remove();
  });

  const run = async (more: Partial<Parameters<typeof fakeDesktop>[0]> = {}, argv: string[] = []) => {
    const fake = fakeDesktop({ folder: folder.path, ...more });
    const clock = testClock();
    const started = runDesktop(fake.electron, {
      out: folder.path,
      argv,
      env: { PARLEY_PROFILE: profile },
      platform: 'linux',
      clock,
      log: silentLog,
      ports: { serverProcess: testServerProcess() },
    });
    // What was done so far was done in the turn in which the app was started.
    const beforeReady = [...fake.order];
    fake.becomeReady();
    await started;
    if (fake.windows.length > 0) {
      toQuit.push(async () => {
        fake.quit();
        await expect.poll(() => fake.ended).toContain('quit');
      });
    }
    return { ...fake, clock, beforeReady };
  };

  it('switches its protections on before Electron is ready, and opens one window on its own page', async () => {
    const { beforeReady, order, registered, windows, sessionSet, paths } = await run();
    expect(beforeReady).toEqual(['sandbox', 'scheme', 'path:userData', 'path:sessionData', 'lock']);
    expect(order.slice(beforeReady.length)).toEqual(['menu:true', 'window', 'load']);
    expect(registered).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ]);
    expect(windows.map(({ loaded }) => loaded)).toEqual([[PAGE_URL]]);
    expect(paths).toMatchObject({ userData: profile, sessionData: join(profile, 'electron') });
    expect([...sessionSet.keys()].sort()).toEqual([
      'bluetooth',
      'check',
      'device',
      'display',
      'request',
      'spellChecker',
    ]);
    expect(sessionSet.get('spellChecker')).toBe(false);
    const [window] = windows;
    expect(window?.webContents.ipPolicy).toBe('default_public_and_private_interfaces');
    expect(window?.shown).toBe(0);
    window?.emit('ready-to-show');
    expect(window?.shown).toBe(1);
  });

  it('serves its page under app:, and nothing under file:', async () => {
    const { schemes } = await run();
    const page = await schemes.get('app')?.(new Request(PAGE_URL));
    expect(page?.status).toBe(200);
    expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await schemes.get('file')?.(new Request('file:///etc/passwd')))?.status).toBe(403);
  });

  it('carries the bridge between its page and the core, both ways, until it quits', async () => {
    const { ipc, quit, ended } = await run();
    const desktop = createDesktop(ipc.ipcRenderer, {
      calls: BRIDGE_CALL_NAMES,
      events: BRIDGE_EVENT_NAMES,
      channel: BRIDGE_CHANNEL,
    });
    expect(await desktop.call('app.info', {})).toMatchObject({
      value: { host: 'electron', keysProtectedBy: 'os-keystore' },
    });
    const heard: unknown[] = [];
    desktop.on('settings.changed', (payload) => heard.push(payload));
    await desktop.call('settings.change', { appearance: { theme: 'dark' } });
    expect(heard).toHaveLength(1);

    toQuit.splice(0);
    quit();
    quit();
    await expect.poll(() => ended).toEqual(['quit']);
    await expect(desktop.call('app.info', {})).rejects.toThrow('No handler');
    const lock = lockProfile(profile);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.value.close();
  });

  it('hands a second start over to the first and quits', async () => {
    const second = await run({ isFirst: false });
    expect(second.ended).toEqual(['quit']);
    expect(second.windows).toEqual([]);
  });

  it('says so when the loopback host has the profile', async () => {
    const lock = lockProfile(profile);
    const { ended, boxes, windows } = await run();
    expect(ended).toEqual([3]);
    expect(boxes).toEqual([{ title: 'Parley could not start', text: 'Parley is already open.' }]);
    expect(windows).toEqual([]);
    if (lock.ok) lock.value.close();
  });

  it('says what is wrong when the core cannot be opened, and lets go of the profile', async () => {
    mkdirSync(profile, { recursive: true });
    writeFileSync(join(profile, 'device.key'), 'not a key');
    const { ended, boxes } = await run();
    expect(ended).toEqual([1]);
    expect(boxes[0]?.text).not.toMatch(/Error|\/|at /);
    const lock = lockProfile(profile);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.value.close();
  });

  it('fills a link in wherever it comes from: arguments, a second start, macOS', async () => {
    const { events, ipc, windows } = await run({}, ['electron', '.', 'parley://nonsense']);
    const desktop = createDesktop(ipc.ipcRenderer, {
      calls: BRIDGE_CALL_NAMES,
      events: BRIDGE_EVENT_NAMES,
      channel: BRIDGE_CHANNEL,
    });
    const notices = async () => {
      const answer = (await desktop.call('app.info', {})) as { value: { notices: unknown[] } }; // of the contract
      return answer.value.notices.length;
    };
    expect(await notices()).toBe(1);
    events.emit('second-instance', {}, ['parley', '--flag', 'parley://nonsense']);
    expect(await notices()).toBe(2);
    expect(windows[0]?.shown).toBe(1);
    let prevented = false;
    const event = {
      preventDefault: () => {
        prevented = true;
      },
    };
    events.emit('open-url', event, 'parley://nonsense');
    expect(await notices()).toBe(3);
    expect(prevented).toBe(true);
    events.emit('second-instance', {}, ['parley', 'https://example.org']);
    expect(await notices()).toBe(3);
  });

  it('does not register parley: for a bare Electron, but for the packaged app', async () => {
    expect((await run()).order).not.toContain('client:parley');
    for (const quit of toQuit.splice(0)) await quit();
    expect((await run({ isPackaged: true })).order).toContain('client:parley');
  });

  it('says that files alone protect the keys where the keystore is a constant password', async () => {
    const { ipc } = await run({ backend: 'basic_text' });
    const desktop = createDesktop(ipc.ipcRenderer, {
      calls: BRIDGE_CALL_NAMES,
      events: BRIDGE_EVENT_NAMES,
      channel: BRIDGE_CHANNEL,
    });
    expect(await desktop.call('app.info', {})).toMatchObject({ value: { keysProtectedBy: 'file-permissions' } });
  });

  it('gives no server a certificate of this person', async () => {
    const { events } = await run();
    const answers: unknown[] = [];
    let prevented = false;
    const event = {
      preventDefault: () => {
        prevented = true;
      },
    };
    events.emit('select-client-certificate', event, null, 'https://evil.example', [{}], (certificate: unknown) =>
      answers.push(certificate),
    );
    expect([prevented, answers]).toEqual([true, [undefined]]);
  });
});
