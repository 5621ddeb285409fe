import { join } from 'node:path';
import { type Outcome, refusalOf } from '@parley/shared/protocol';
import type { BrowserWindow as ElectronWindow } from 'electron';
import { openFileSecretStore } from '#core/adapters/file-secret-store.ts';
import { openLogFile } from '#core/adapters/log-file.ts';
import { bothLogs } from '#core/adapters/stream-log.ts';
import { type Core, createCore } from '#core/core.ts';
import { lockProfile } from '#core/lock-profile.ts';
import type { Clock, CorePorts, Log } from '#core/ports.ts';
import { forwardEvents, installBridge } from './ipc.ts';
import { askBeforeLeaving } from './leaving.ts';
import { menuTemplate } from './menu.ts';
import { lockAllPages } from './navigation.ts';
import { installPageProtocol, registerScheme } from './page-protocol.ts';
import { installPermissions } from './permissions.ts';
import { downloadsFolder, profileFolder } from './profile.ts';
import { recoverPage } from './recovery.ts';
import { chooseSource } from './screen-source.ts';
import { openSecretStore } from './secret-store.ts';
import { utilityServerProcess } from './server-process.ts';
import { confirmingShell } from './shell.ts';
import { becomeSingle, deepLinkIn } from './single-instance.ts';
import { PAGE_URL, windowOptions } from './window-options.ts';

/** The parts of Electron that the app uses. */
export type ElectronParts = Pick<
  typeof import('electron'),
  | 'app'
  | 'BrowserWindow'
  | 'desktopCapturer'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>;

export type DesktopOptions = {
  /** The folder with everything that was built. */
  out: string;
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  clock: Clock;
  /** Where what is said goes beside the log file of the profile. */
  log: Log;
  /** Ports of the core that tests replace. */
  ports?: Partial<CorePorts>;
};

/**
 * The composition root under Electron. Has to be called before the app is ready: some protections can only be
 * switched on until then. Resolves when the first window is on its way, or the app is on its way out.
 */
export async function runDesktop(electron: ElectronParts, options: DesktopOptions): Promise<void> {
  const { app, BrowserWindow, dialog } = electron;
  const { out, clock, platform, env } = options;
  let { log } = options;

  app.enableSandbox();
  registerScheme(electron.protocol);
  const profile = profileFolder(app, env, platform);
  app.setPath('userData', profile);
  app.setPath('sessionData', join(profile, 'electron'));

  const knownIds = new Set<number>();
  const waitingLinks: string[] = [];
  let core: Core | undefined;
  let mainWindow: ElectronWindow | undefined;
  let closing = false;

  const showAgain = (deepLink: string | null): void => {
    if (deepLink !== null) {
      if (core) core.openDeepLink(deepLink);
      else waitingLinks.push(deepLink);
    }
    if (mainWindow?.isMinimized()) mainWindow.restore();
    mainWindow?.show();
    mainWindow?.focus();
  };
  if (!becomeSingle(app, showAgain)) return app.quit();
  // A build that is not packaged would register Electron itself, without the app.
  if (app.isPackaged) app.setAsDefaultProtocolClient('parley');
  lockAllPages(app);

  const openMainWindow = (): ElectronWindow => {
    const window = new BrowserWindow(windowOptions(join(out, 'preload', 'preload.cjs')));
    const { id } = window.webContents;
    knownIds.add(id);
    // Peers learn the address that leads outside and the one on the local network, not those of other interfaces.
    window.webContents.setWebRTCIPHandlingPolicy('default_public_and_private_interfaces');
    recoverPage(window.webContents, clock, (reason) => {
      log.error('the page died again and again', { reason });
      dialog.showErrorBox('Parley', 'The window stopped working several times. Start Parley again; nothing was lost.');
    });
    askBeforeLeaving(window, dialog, () => closing);
    window.once('ready-to-show', () => window.show());
    window.on('closed', () => {
      knownIds.delete(id);
      if (mainWindow === window) mainWindow = undefined;
    });
    window.loadURL(PAGE_URL).catch(() => log.error('the page could not be loaded'));
    return window;
  };

  const fail = ({ code, message }: Extract<Outcome<unknown>, { ok: false }>): void => {
    dialog.showErrorBox('Parley could not start', message);
    app.exit(code === 'already-running' ? 3 : 1);
  };

  await app.whenReady();
  const lock = lockProfile(profile);
  if (!lock.ok) return fail(lock);
  // Not before the lock is held: the log of another instance that runs on this profile is its own.
  const logFile = openLogFile(profile, 'info', clock.now);
  log = bothLogs(options.log, logFile.log);

  let opened: Core;
  try {
    opened = await createCore({
      app: { version: app.getVersion(), host: 'electron', platform },
      clock,
      paths: { profile, downloads: downloadsFolder(app, env) },
      secrets: await openSecretStore(electron.safeStorage, platform, () =>
        openFileSecretStore(join(profile, 'secrets.key')),
      ),
      shell: confirmingShell(dialog, electron.shell, () => mainWindow),
      serverProcess: utilityServerProcess(electron.utilityProcess, join(out, 'main', 'server-host.js'), clock),
      log,
      ...options.ports,
    });
  } catch (error) {
    log.error('could not start', { reason: error instanceof Error ? error.name : 'unknown' });
    await logFile.close();
    lock.value.close();
    return fail(refusalOf(error));
  }
  core = opened;

  const template = menuTemplate(platform);
  electron.Menu.setApplicationMenu(template === null ? null : electron.Menu.buildFromTemplate(template));
  const { defaultSession } = electron.session;
  defaultSession.setSpellCheckerEnabled(false);
  installPageProtocol(electron.protocol, join(out, 'renderer'), opened.content);
  installPermissions(
    defaultSession,
    (contents) => contents !== null && knownIds.has(contents.id),
    () => chooseSource(electron.desktopCapturer, dialog),
  );
  const uninstall = installBridge(electron.ipcMain, opened, knownIds);
  const unsubscribe = forwardEvents(opened, () =>
    BrowserWindow.getAllWindows()
      .map((window) => window.webContents)
      .filter((contents) => knownIds.has(contents.id)),
  );

  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    // Everything is closed before the process ends, so the quit waits for it once.
    event.preventDefault();
    if (closing) return;
    closing = true;
    unsubscribe();
    uninstall();
    void opened
      .close()
      .catch(() => log.error('closing failed'))
      .then(() => logFile.close())
      .finally(() => {
        lock.value.close();
        closed = true;
        app.quit();
      });
  });
  app.on('window-all-closed', () => app.quit());
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) mainWindow = openMainWindow();
  });

  const atStart = deepLinkIn(options.argv);
  for (const link of [...(atStart === null ? [] : [atStart]), ...waitingLinks.splice(0)]) opened.openDeepLink(link);
  mainWindow = openMainWindow();
}
