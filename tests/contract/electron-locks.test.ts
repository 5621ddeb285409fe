import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BRIDGE_CHANNEL, type RawBridge } from '@parley/shared/bridge';
import { accept, sentenceOf } from '@parley/shared/protocol';
import type { Session } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { testClock } from '#core/testing/test-kit.ts';
import { INPUT_MAX_CHARS, installBridge } from '../../electron/main/ipc.ts';
import { answerPageRequest } from '../../electron/main/page-protocol.ts';
import { installPermissions } from '../../electron/main/permissions.ts';
import { recoverPage } from '../../electron/main/recovery.ts';
import { chooseSource } from '../../electron/main/screen-source.ts';
import { openSecretStore } from '../../electron/main/secret-store.ts';
import { utilityServerProcess } from '../../electron/main/server-process.ts';
import { confirmingShell } from '../../electron/main/shell.ts';
import { deepLinkIn } from '../../electron/main/single-instance.ts';
import { PAGE_URL, windowOptions } from '../../electron/main/window-options.ts';
import { createDesktop } from '../../electron/preload/desktop.ts';
import { FakeContents, type FakeFrame, fakeIpc, ownFrame, strict } from './fake-electron.ts';
import { FakeChild } from './fake-utility.ts';

const folder = (name: string) => join(import.meta.dirname, '..', '..', 'electron', name);
/** Name and text of every file of the app in one of Electron's folders. */
const sourcesIn = (name: string) =>
  readdirSync(folder(name))
    .filter((file) => file.endsWith('.ts') && file !== 'vite.config.ts')
    .map((file) => [file, readFileSync(join(folder(name), file), 'utf8')] as const);

describe('the window', () => {
  it('overrides nothing of what keeps a page in its sandbox', () => {
    expect(windowOptions('/preload.cjs').webPreferences).toEqual({ preload: '/preload.cjs', spellcheck: false });
  });

  it('is never built around its protections anywhere in the code', () => {
    const words =
      /nodeIntegration|contextIsolation|webSecurity|allowRunningInsecureContent|experimentalFeatures|BlinkFeatures|webviewTag|sandbox:|no-sandbox|crashReporter|ignore-certificate/;
    for (const [file, text] of [...sourcesIn('main'), ...sourcesIn('preload')]) expect(text, file).not.toMatch(words);
  });
});

describe('the bridge in main', () => {
  let calls: unknown[];
  const core = {
    openPage: () => ({
      async call(name: string, input: unknown) {
        calls.push([name, input]);
        return accept({});
      },
      close: () => {},
    }),
  };
  beforeEach(() => {
    calls = [];
  });
  const invoke = (frame: FakeFrame | null, id = 7, ...args: unknown[]) => {
    const { ipcMain, ipcRenderer, wire } = fakeIpc(new FakeContents(id));
    installBridge(ipcMain, core, new Set([7]));
    wire.frame = frame;
    return ipcRenderer.invoke(BRIDGE_CHANNEL.call, ...args);
  };

  it('answers the top frame of our page in our window', async () => {
    expect(await invoke(ownFrame(), 7, 'app.info', {})).toEqual({ ok: true, value: {} });
    expect(calls).toEqual([['app.info', {}]]);
  });

  it.each<[string, FakeFrame | null, number]>([
    ['a frame that is gone', null, 7],
    ['a frame inside the page', { ...ownFrame(), parent: ownFrame() }, 7],
    ['another site', { url: 'https://evil.example/', origin: 'https://evil.example', parent: null }, 7],
    ['a file', { url: 'file:///tmp/x.html', origin: 'null', parent: null }, 7],
    ['another host of our scheme', { url: 'app://other/index.html', origin: 'app://other', parent: null }, 7],
    ['a host that begins like ours', { url: 'app://bundle.evil/', origin: 'app://bundle.evil', parent: null }, 7],
    ['our address with a foreign origin', { url: PAGE_URL, origin: 'null', parent: null }, 7],
    ['a blank page', { url: 'about:blank', origin: 'app://bundle', parent: null }, 7],
    ['a window that we did not open', ownFrame(), 8],
  ])('refuses %s', async (_name, frame, id) => {
    expect(await invoke(frame, id, 'app.info', {})).toMatchObject({ ok: false, code: 'sender-refused' });
    expect(calls).toEqual([]);
  });

  it('takes names and plain JSON alone', async () => {
    expect(await invoke(ownFrame(), 7, { toString: 1 }, {})).toMatchObject({ code: 'bad-request', path: 'name' });
    expect(await invoke(ownFrame(), 7)).toMatchObject({ code: 'bad-request' });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(await invoke(ownFrame(), 7, 'x', cycle)).toMatchObject({ code: 'bad-request' });
    expect(await invoke(ownFrame(), 7, 'x', 5n)).toMatchObject({ code: 'bad-request' });
    expect(await invoke(ownFrame(), 7, 'x', 'y'.repeat(INPUT_MAX_CHARS))).toMatchObject({ code: 'too-large' });
    expect(calls).toEqual([]);
    await invoke(ownFrame(), 7, 'x', { when: new Date(0), map: new Map([[1, 2]]) });
    expect(calls).toEqual([['x', { when: '1970-01-01T00:00:00.000Z', map: {} }]]);
  });
});

describe('what the page gets of the preload script', () => {
  const names = { calls: ['a.b'], events: ['c.d'], channel: { call: 'call', event: 'event' } };
  const open = () => {
    const contents = new FakeContents(1);
    const { ipcMain, ipcRenderer } = fakeIpc(contents);
    const invoked: unknown[] = [];
    ipcMain.handle('call', (_event, ...args: unknown[]) => {
      invoked.push(args);
      return accept(null);
    });
    const desktop: RawBridge = createDesktop(ipcRenderer, names);
    return { desktop, contents, invoked };
  };

  it('is two functions that cannot be replaced', () => {
    const { desktop } = open();
    expect(Object.keys(desktop).sort()).toEqual(['call', 'on']);
    expect(Object.isFrozen(desktop)).toBe(true);
  });

  it('lets only known names through, with the sentence that the core has', async () => {
    const { desktop, invoked } = open();
    await desktop.call('a.b', { x: 1 });
    expect(invoked).toEqual([['a.b', { x: 1 }]]);
    for (const name of ['x', 'toString', '__proto__', 'c.d']) {
      expect(await desktop.call(name, {})).toEqual({
        ok: false,
        code: 'unknown-call',
        message: sentenceOf('unknown-call'),
      });
    }
    expect(invoked).toHaveLength(1);
  });

  it('hands a listener the payload and nothing of Electron', () => {
    const { desktop, contents } = open();
    const heard: unknown[][] = [];
    const undo = desktop.on('c.d', (...args: unknown[]) => heard.push(args));
    desktop.on('secret', (...args: unknown[]) => heard.push(args))();
    contents.send('event', 'c.d', { y: 1 }, 'more');
    contents.send('event', 'secret', {});
    contents.send('event', 5, {});
    undo();
    contents.send('event', 'c.d', {});
    expect(heard).toEqual([[{ y: 1 }]]);
  });

  it('carries no schema library into the sandbox', () => {
    for (const [file, text] of sourcesIn('preload')) {
      for (const [, source] of text.matchAll(/from '([^']+)'/g)) {
        expect(['electron', '@parley/shared/bridge/names', './desktop.ts'], file).toContain(source);
      }
    }
  });
});

describe('the page under app://', () => {
  const root = join(import.meta.dirname, '..', '..', 'renderer');
  const ask = (url: string, more: { method?: string; initiatorOrigin?: string } = {}) =>
    answerPageRequest({ url, method: 'GET', ...more }, root);

  it('is given to the browser itself and to the page', async () => {
    expect((await ask(PAGE_URL)).status).toBe(200);
    expect((await ask(PAGE_URL, { initiatorOrigin: 'app://bundle' })).status).toBe(200);
  });

  it.each([
    ['another site', PAGE_URL, { initiatorOrigin: 'https://evil.example' }, 403],
    ['a page without an origin', PAGE_URL, { initiatorOrigin: 'null' }, 403],
    ['another host', 'app://other/index.html', {}, 404],
    ['a host with a port', 'app://bundle:1/index.html', {}, 404],
    ['another method', PAGE_URL, { method: 'POST' }, 405],
    ['a file above the page', 'app://bundle/..%2fpackage.json', {}, 404],
    ['a file above the page in another spelling', 'app://bundle/%2e%2e%5cpackage.json', {}, 404],
    ['a file of no known kind', 'app://bundle/main.tsx', {}, 404],
  ])('is not given to %s', async (_name, url, more, status) => {
    expect((await ask(url, more)).status).toBe(status);
  });
});

describe('permissions', () => {
  type Handlers = {
    request: (...args: unknown[]) => void;
    check: (...args: unknown[]) => boolean;
    device: () => boolean;
    bluetooth: (details: object, answer: (response: object) => void) => void;
    display: (request: object, answer: (streams: object | null) => void) => void;
  };
  const install = (choose: () => Promise<{ id: string; name: string } | null> = async () => null) => {
    const set: Partial<Handlers> = {};
    const keep = (name: keyof Handlers) => (handler: unknown) => Object.assign(set, { [name]: handler });
    const session = strict('session', {
      setPermissionRequestHandler: keep('request'),
      setPermissionCheckHandler: keep('check'),
      setDevicePermissionHandler: keep('device'),
      setBluetoothPairingHandler: keep('bluetooth'),
      setDisplayMediaRequestHandler: keep('display'),
    });
    const ours = new FakeContents(1).asWebContents();
    // The fake session holds what is installed on it, and throws for the rest.
    installPermissions(session as unknown as Session, (contents) => contents === ours, choose);
    return { ...(set as Handlers), ours }; // all five were just installed, or the test fails on the first use
  };
  const details = { isMainFrame: true, requestingUrl: PAGE_URL };
  const ask = (permission: string, more: object = {}, contents?: unknown) => {
    const { request, check, ours } = install();
    let granted: unknown;
    const told = { ...details, ...more };
    request(
      contents ?? ours,
      permission,
      (given: boolean) => {
        granted = given;
      },
      told,
    );
    const checked = check(
      contents ?? ours,
      permission,
      `${new URL(told.requestingUrl).protocol}//${new URL(told.requestingUrl).host}/`,
      told,
    );
    expect(checked).toBe(granted);
    return granted;
  };

  it.each([
    'media',
    'display-capture',
    'fullscreen',
    'notifications',
    'clipboard-sanitized-write',
    'speaker-selection',
    'local-network-access',
    'local-network',
    'loopback-network',
  ])('our page may have %s', (permission) => {
    expect(ask(permission)).toBe(true);
  });

  it.each([
    'geolocation',
    'clipboard-read',
    'midi',
    'midiSysex',
    'pointerLock',
    'keyboardLock',
    'openExternal',
    'hid',
    'serial',
    'usb',
    'fileSystem',
    'idle-detection',
    'storage-access',
    'window-management',
    'unknown',
    'something-new',
  ])('our page may not have %s', (permission) => {
    expect(ask(permission)).toBe(false);
  });

  it('nobody else may have anything', () => {
    expect(ask('media', { requestingUrl: 'https://evil.example/' })).toBe(false);
    expect(ask('media', { requestingUrl: 'app://other/' })).toBe(false);
    expect(ask('media', { isMainFrame: false })).toBe(false);
    expect(ask('media', {}, new FakeContents(1).asWebContents())).toBe(false);
  });

  it('no device is ever paired or allowed', () => {
    const { device, bluetooth } = install();
    expect(device()).toBe(false);
    bluetooth({}, (response) => expect(response).toEqual({ confirmed: false }));
    expect.assertions(2);
  });

  const source = { id: 'screen:0', name: 'Screen' };
  const own = { frame: ownFrame(), securityOrigin: 'app://bundle/', userGesture: true };
  const share = (request: object, choose: () => Promise<typeof source | null> = async () => source) =>
    new Promise((resolve) => install(choose).display(request, resolve));

  it('shares the screen that the person chose', async () => {
    expect(await share(own)).toEqual({ video: source });
  });

  it.each([
    ['another site', { ...own, securityOrigin: 'https://evil.example' }],
    ['a frame inside the page', { ...own, frame: { ...ownFrame(), parent: ownFrame() } }],
    ['a frame that is gone', { ...own, frame: null }],
    ['nobody who pressed anything', { ...own, userGesture: false }],
  ])('shares nothing with %s', async (_name, request) => {
    expect(await share(request)).toBeNull();
  });

  it('shares nothing when nothing was chosen or the choice failed', async () => {
    expect(await share(own, async () => null)).toBeNull();
    expect(await share(own, () => Promise.reject(new Error('no screens')))).toBeNull();
  });

  it('asks with the names of screens and windows; closing the dialog is no choice', async () => {
    const boxes: { buttons?: string[]; cancelId?: number }[] = [];
    const answer = async (response: number) =>
      chooseSource(
        // Only the names and ids of sources are looked at.
        strict('desktopCapturer', {
          getSources: async () => [source, { id: 'window:1', name: '' }, { id: 'window:2', name: 'Notes' }],
        }) as unknown as Electron.DesktopCapturer,
        {
          showMessageBox: (async (options: (typeof boxes)[number]) => {
            boxes.push(options);
            return { response, checkboxChecked: false };
          }) as Electron.Dialog['showMessageBox'], // one of its two forms
        },
      );
    expect(await answer(2)).toEqual({ id: 'window:2', name: 'Notes' });
    expect(await answer(0)).toBeNull();
    expect(boxes[0]).toMatchObject({ buttons: ['Cancel', 'Screen', 'Notes'], cancelId: 0 });
  });
});

describe('a link that leads outside', () => {
  const open = async (url: string, response: number) => {
    const boxes: { message?: string; detail?: string; defaultId?: number }[] = [];
    const opened: string[] = [];
    const shell = confirmingShell(
      {
        showMessageBox: (async (options: (typeof boxes)[number]) => {
          boxes.push(options);
          return { response, checkboxChecked: false };
        }) as Electron.Dialog['showMessageBox'], // one of its two forms
      },
      {
        openExternal: async (link) => {
          opened.push(link);
        },
      },
    );
    return { agreed: await shell.openExternal(new URL(url)), boxes, opened };
  };

  it('is opened after the person saw its host and agreed', async () => {
    const { agreed, boxes, opened } = await open('https://example.org/a?b', 1);
    expect([agreed, opened]).toEqual([true, ['https://example.org/a?b']]);
    expect(boxes[0]).toMatchObject({
      message: 'Open example.org outside Parley?',
      detail: 'https://example.org/a?b',
      defaultId: 0,
    });
  });

  it('is not opened otherwise', async () => {
    expect(await open('https://example.org/', 0)).toMatchObject({ agreed: false, opened: [] });
  });
});

describe('links among arguments', () => {
  it('are the last parley: link, of a length that an invite can have', () => {
    expect(deepLinkIn(['app', '--x', 'parley://a', 'PARLEY://b'])).toBe('PARLEY://b');
    expect(deepLinkIn(['app', 'https://parley://', '--url=parley://a'])).toBeNull();
    expect(deepLinkIn([`parley://${'a'.repeat(2_048)}`])).toBeNull();
  });
});

describe('secrets', () => {
  const storage = (more: object = {}) => ({
    isAsyncEncryptionAvailable: async () => true,
    getSelectedStorageBackend: () => 'kwallet6' as const,
    encryptStringAsync: async (text: string) => Buffer.from(text).reverse(),
    decryptStringAsync: async (bytes: Buffer) => ({
      result: Buffer.from(bytes).reverse().toString(),
      shouldReEncrypt: false,
    }),
    ...more,
  });
  const files = {
    protectedBy: 'file-permissions' as const,
    wrap: async () => new Uint8Array([9]),
    unwrap: async () => new Uint8Array([1, 2]),
  };
  const secret = new Uint8Array([0, 255, 128, 7]);

  it('are wrapped by the keystore, whatever bytes they are', async () => {
    const store = await openSecretStore(storage(), 'linux', () => files);
    expect(store.protectedBy).toBe('os-keystore');
    const wrapped = await store.wrap(secret);
    expect(wrapped).not.toEqual(secret);
    expect(await store.unwrap(wrapped)).toEqual(secret);
  });

  it('that the file store wrapped earlier are still read', async () => {
    const store = await openSecretStore(storage(), 'darwin', () => files);
    expect(await store.unwrap(new Uint8Array([9]))).toEqual(new Uint8Array([1, 2]));
  });

  it.each([
    ['there is no keystore', storage({ isAsyncEncryptionAvailable: async () => false }), 'win32'],
    ['the keystore is a constant password', storage({ getSelectedStorageBackend: () => 'basic_text' }), 'linux'],
  ])('go to the file store, which says so, where %s', async (_name, given, platform) => {
    expect(await openSecretStore(given, platform, () => files)).toBe(files);
  });
});

describe('the signaling server in a utility process', () => {
  const options = { port: 7350, lan: false, publicHosts: [] };
  const start = () => {
    const forks: { file: string; args: string[]; env: Record<string, string> }[] = [];
    const child = new FakeChild();
    const clock = testClock();
    const server = utilityServerProcess(
      {
        fork: (file, args, forkOptions) => {
          forks.push({ file, args: args ?? [], env: { ...(forkOptions?.env as Record<string, string>) } }); // as given
          return child.asUtilityProcess();
        },
      },
      '/out/main/server-host.js',
      clock,
    );
    return { child, clock, forks, started: server.start(options) };
  };

  it('gets its settings by environment, on loopback alone, and nothing of ours beside', async () => {
    const { child, forks, started, clock } = start();
    child.emit('message', 'noise');
    child.emit('message', { type: 'listening', port: 7350 });
    expect(await started).toMatchObject({ ok: true, value: { port: 7350 } });
    expect(forks).toMatchObject([
      { file: '/out/main/server-host.js', args: [], env: { HOST: '127.0.0.1', PORT: '7350' } },
    ]);
    expect(Object.keys(forks[0]?.env ?? {})).not.toContain('HOME');
    expect(clock.timers()).toBe(0);
  });

  it('says why it did not start', async () => {
    const taken = start();
    taken.child.emit('message', { type: 'failed', code: 'port-in-use' });
    expect(await taken.started).toMatchObject({ code: 'port-in-use' });
    const dead = start();
    dead.child.emit('exit', 1);
    expect(await dead.started).toMatchObject({ code: 'internal' });
    const silent = start();
    silent.clock.advance(15_000);
    expect(await silent.started).toMatchObject({ code: 'timed-out' });
    expect(silent.child.kills).toBe(1);
  });

  it('tells when it ends by itself, and not when it is closed', async () => {
    const crashed = start();
    crashed.child.emit('message', { type: 'listening', port: 1 });
    const first = await crashed.started;
    const told = new Promise<void>((resolve) => first.ok && first.value.onEnded(resolve));
    crashed.child.emit('exit', 9);
    await told;

    const closed = start();
    closed.child.emit('message', { type: 'listening', port: 1 });
    const second = await closed.started;
    let ended = false;
    if (second.ok) {
      second.value.onEnded(() => {
        ended = true;
      });
      const closing = second.value.close();
      expect(closed.child.kills).toBe(1);
      closed.child.emit('exit', 0);
      await closing;
    }
    expect(ended).toBe(false);
    expect(closed.clock.timers()).toBe(0);
  });
});

describe('a page whose process died', () => {
  it('is loaded again three times a minute, then the person is told', () => {
    const contents = new FakeContents(1);
    const clock = testClock();
    const gaveUp: string[] = [];
    recoverPage(contents.asWebContents(), clock, (reason) => gaveUp.push(reason));
    const die = (reason: string) => contents.emit('render-process-gone', {}, { reason });
    die('clean-exit');
    expect(contents.reloads).toBe(0);
    for (let death = 0; death < 3; death++) die('crashed');
    expect([contents.reloads, gaveUp]).toEqual([3, []]);
    die('oom');
    expect([contents.reloads, gaveUp]).toEqual([3, ['oom']]);
    clock.advance(60_000);
    die('crashed');
    expect(contents.reloads).toBe(4);
    contents.destroyed = true;
    die('crashed');
    expect(contents.reloads).toBe(4);
  });
});
