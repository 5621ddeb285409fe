/** Electron's main process: puts the adapters together. No decisions of its own. */
import { join } from 'node:path';
import { refusalOf } from '@parley/shared/protocol';
import {
  app,
  BrowserWindow,
  desktopCapturer,
  dialog,
  ipcMain,
  protocol,
  safeStorage,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { streamLog } from '#core/adapters/stream-log.ts';
import { systemClock } from '#core/adapters/system-clock.ts';
import { type Core, createCore } from '#core/core.ts';
import { forwardEvents, installBridge } from './ipc.ts';
import { lockNavigation } from './navigation.ts';
import { installPageProtocol, registerScheme } from './page-protocol.ts';
import { installPermissions } from './permissions.ts';
import { chooseSource } from './screen-source.ts';
import { openSafeStorage } from './secret-store.ts';
import { utilityServerProcess } from './server-process.ts';
import { confirmingShell } from './shell.ts';
import { becomeSingle, deepLinkIn } from './single-instance.ts';
import { PAGE_URL, windowOptions } from './window-options.ts';

const out = join(import.meta.dirname, '..');
const knownIds = new Set<number>();
const waitingLinks: string[] = [];
let core: Core | undefined;
let mainWindow: BrowserWindow | undefined;

app.enableSandbox();
registerScheme(protocol);
app.commandLine.appendSwitch('disable-features', 'SpareRendererForSitePerProcess');

const showAgain = (deepLink: string | null): void => {
  if (deepLink !== null) {
    if (core) core.openDeepLink(deepLink);
    else waitingLinks.push(deepLink);
  }
  if (mainWindow?.isMinimized()) mainWindow.restore();
  mainWindow?.show();
  mainWindow?.focus();
};

const openMainWindow = (): BrowserWindow => {
  const window = new BrowserWindow(windowOptions(join(out, 'preload', 'preload.cjs')));
  knownIds.add(window.webContents.id);
  const { id } = window.webContents;
  lockNavigation(window.webContents);
  window.webContents.setWebRTCIPHandlingPolicy('default');
  window.once('ready-to-show', () => window.show());
  window.on('closed', () => knownIds.delete(id));
  // A page that died is loaded again: the core and everything stored live on here.
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.reload();
  });
  void window.loadURL(PAGE_URL);
  return window;
};

const start = async (): Promise<void> => {
  await app.whenReady();
  const ports = {
    app: { version: app.getVersion(), host: 'electron' as const, platform: process.platform },
    clock: systemClock,
    paths: { profile: app.getPath('userData') },
    secrets: await openSafeStorage(safeStorage, process.platform),
    shell: confirmingShell(dialog, shell),
    serverProcess: utilityServerProcess(utilityProcess, join(out, 'signaling-server', 'main.js'), systemClock),
    log: streamLog(
      (line) => process.stderr.write(line),
      'info',
      () => Date.now(),
    ),
    historyWorkerUrl: new URL('./history-worker.js', import.meta.url),
  };
  const opened = await createCore(ports);
  core = opened;
  installPageProtocol(protocol, join(out, 'renderer'), () => opened.connectHosts());
  installPermissions(
    session.defaultSession,
    (contents) => contents !== null && knownIds.has(contents.id),
    () => chooseSource(desktopCapturer, dialog),
  );
  session.defaultSession.setSpellCheckerEnabled(false);
  const uninstall = installBridge(ipcMain, opened, knownIds);
  const unsubscribe = forwardEvents(opened, () => BrowserWindow.getAllWindows().map((window) => window.webContents));
  const atStart = deepLinkIn(process.argv);
  for (const link of [...(atStart ? [atStart] : []), ...waitingLinks]) opened.openDeepLink(link);
  mainWindow = openMainWindow();

  let closed = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    // Everything is closed before the process ends, so the quit waits for it once.
    event.preventDefault();
    unsubscribe();
    uninstall();
    void opened.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
  app.on('window-all-closed', () => app.quit());
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) mainWindow = openMainWindow();
  });
};

if (becomeSingle(app, showAgain)) {
  app.setAsDefaultProtocolClient('parley');
  app.on('web-contents-created', (_event, contents) => lockNavigation(contents));
  start().catch((error: unknown) => {
    dialog.showErrorBox('Parley could not start', refusalOf(error).message);
    app.exit(1);
  });
} else {
  app.quit();
}
