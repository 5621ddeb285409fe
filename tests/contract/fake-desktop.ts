import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { ElectronParts } from '../../electron/main/desktop-app.ts';
import { FakeContents, fakeIpc, strict } from './fake-electron.ts';

type Options = { folder: string; isFirst?: boolean; isPackaged?: boolean; backend?: string; keystore?: boolean };

/** The whole of Electron that the app touches. `order` tells what was done in which order. */
export function fakeDesktop({ folder, isFirst = true, isPackaged = false, backend, keystore = true }: Options) {
  const order: string[] = [];
  const windows: FakeWindow[] = [];
  const boxes: { title: string; text: string }[] = [];
  const registered: { scheme: string; privileges?: object }[] = [];
  const schemes = new Map<string, (request: Request) => Promise<Response> | Response>();
  const sessionSet = new Map<string, unknown>();
  const ended: (number | 'quit')[] = [];
  const paths: Record<string, string> = { home: folder, appData: join(folder, 'appData') };
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<void>();
  const ipc = fakeIpc(new FakeContents(0));

  const events = new EventEmitter();
  const app = strict(
    'app',
    Object.assign(events, {
      isPackaged,
      enableSandbox: () => order.push('sandbox'),
      getPath: (name: string) => paths[name] ?? '',
      setPath: (name: string, path: string) => {
        order.push(`path:${name}`);
        paths[name] = path;
      },
      getVersion: () => '0.1.0',
      requestSingleInstanceLock: () => {
        order.push('lock');
        return isFirst;
      },
      setAsDefaultProtocolClient: (scheme: string) => order.push(`client:${scheme}`) > 0,
      whenReady: () => ready,
      quit: () => {
        const event = { prevented: false, preventDefault: () => {} };
        event.preventDefault = () => {
          event.prevented = true;
        };
        events.emit('before-quit', event);
        if (!event.prevented) ended.push('quit');
      },
      exit: (code: number) => ended.push(code),
    }),
  );

  class FakeWindow extends EventEmitter {
    readonly options: BrowserWindowConstructorOptions;
    readonly webContents: FakeContents;
    readonly loaded: string[] = [];
    shown = 0;
    isDestroyedNow = false;
    constructor(options: BrowserWindowConstructorOptions) {
      super();
      order.push('window');
      this.options = options;
      this.webContents = new FakeContents(windows.length + 1);
      windows.push(this);
      if (windows.length === 1) {
        ipc.wire.contents = this.webContents;
        this.webContents.deliver = ipc.deliver;
      }
      events.emit('web-contents-created', {}, this.webContents);
    }
    static getAllWindows = () => windows.filter((window) => !window.isDestroyedNow);
    async loadURL(url: string): Promise<void> {
      order.push('load');
      this.loaded.push(url);
    }
    show(): void {
      this.shown++;
    }
    focus(): void {}
    restore(): void {}
    isMinimized = () => false;
  }

  const settable = (name: string) => (value: unknown, more: unknown) =>
    sessionSet.set(name, more ? [value, more] : value);
  const electron = strict('electron', {
    app,
    BrowserWindow: FakeWindow,
    Menu: strict('Menu', { setApplicationMenu: (menu: unknown) => order.push(`menu:${menu === null}`) }),
    dialog: strict('dialog', { showErrorBox: (title: string, text: string) => boxes.push({ title, text }) }),
    desktopCapturer: strict('desktopCapturer', {}),
    shell: strict('shell', {}),
    utilityProcess: strict('utilityProcess', {}),
    protocol: strict('protocol', {
      registerSchemesAsPrivileged: (schemes: typeof registered) => {
        order.push('scheme');
        registered.push(...schemes);
      },
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => schemes.set(scheme, handler),
    }),
    safeStorage: strict('safeStorage', {
      isAsyncEncryptionAvailable: async () => keystore,
      getSelectedStorageBackend: () => backend ?? 'gnome_libsecret',
      encryptStringAsync: async (text: string) => Buffer.from(text).reverse(),
      decryptStringAsync: async (bytes: Buffer) => ({ result: Buffer.from(bytes).reverse().toString() }),
    }),
    session: strict('session', {
      defaultSession: strict('defaultSession', {
        setSpellCheckerEnabled: settable('spellChecker'),
        setPermissionRequestHandler: settable('request'),
        setPermissionCheckHandler: settable('check'),
        setDevicePermissionHandler: settable('device'),
        setBluetoothPairingHandler: settable('bluetooth'),
        setDisplayMediaRequestHandler: settable('display'),
      }),
    }),
    ipcMain: ipc.ipcMain,
  });

  return {
    /** The real type, for what is under test; what is not faked throws by name. */
    electron: electron as unknown as ElectronParts,
    ipc,
    becomeReady,
    order,
    windows,
    boxes,
    registered,
    schemes,
    sessionSet,
    ended,
    paths,
    events,
    quit: () => app.quit(),
  };
}
