import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ensureBuilt } from '#support/built.ts';
import { CELLS } from '#support/counter-code.ts';
import { installProbe } from '#support/page-probe.ts';
import { until } from '#support/wait.ts';
import { findElectron } from '../../../scripts/find-electron.mjs';
import { stageApp } from '../../../scripts/stage-app.mjs';
import { type MainProcess, openMainProcess } from './main-process.ts';
import type { Screen } from './screen.ts';

/** Chromium's sandbox refuses root, so a suite that runs as root starts the app as nobody. */
export const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** The app as it is installed: Electron, the staged folder and the switches that this Electron needs. */
export type Installed = { electron: string; folder: string; switches: readonly string[] };

/** Lays the built app into a folder that every user can read. */
export async function installApp(): Promise<Installed & { remove(): Promise<void> }> {
  const electron = findElectron();
  if (electron === null) throw new Error('There is no Electron here; ELECTRON_OVERRIDE_DIST_PATH names its folder.');
  await ensureBuilt();
  const parent = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  if (isRoot) chownSync(parent, NOBODY, NOBODY);
  const folder = join(parent, 'app');
  const switches = stageApp({ dist: dirname(electron), folder });
  return { electron, folder, switches, remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * The same app under a program of its own name, by which Electron tells an installed app from one that runs from a
 * folder. The program lies in `folder`.
 */
export function underOwnName(installed: Installed, folder: string): Installed {
  const [dist, program] = [dirname(installed.electron), basename(installed.electron)];
  for (const name of readdirSync(dist)) if (name !== program) symlinkSync(join(dist, name), join(folder, name));
  const electron = join(folder, 'parley');
  copyFileSync(installed.electron, electron);
  return { ...installed, electron };
}

/** A folder that belongs to the user whose app it is. */
export function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  return folder;
}

export type StartOptions = {
  installed: Installed;
  screen: Screen;
  /** HOME of the user; used again, it is the same person coming back. */
  home: string;
  /** Arguments after the app's folder. */
  args?: readonly string[];
  /** Further switches of Chromium. */
  switches?: readonly string[];
  /** First on PATH. */
  programs?: string;
};

export type AppEnd = { code: number | null; signal: NodeJS.Signals | null };

/** A running Parley in Electron. */
export interface ElectronApp {
  readonly pid: number;
  readonly page: Page;
  readonly main: MainProcess;
  readonly profile: string;
  readonly errorText: string;
  readonly ended: Promise<AppEnd>;
  /** Closes the window as its own button does, and waits for the end of the app; insists after 15 s. */
  closeWindow(): Promise<AppEnd>;
  /** Asks the app to end as a session's end does, insists after 15 s. */
  close(): Promise<AppEnd>;
}

/** Starts Electron as an ordinary user with the sandbox on, without waiting for anything. */
export function startElectron({ installed, screen, home, args = [], switches = [], programs }: StartOptions) {
  const command = [
    installed.electron,
    ...installed.switches,
    '--inspect=127.0.0.1:0',
    '--remote-debugging-port=0',
    ...switches,
    installed.folder,
    ...args,
  ];
  const asUser = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command] : command;
  const [file = '', ...rest] = asUser;
  const child = spawn(file, rest, {
    cwd: home,
    env: {
      PATH: `${programs === undefined ? '' : `${programs}:`}/usr/local/bin:/usr/bin:/bin`,
      HOME: ownFolder(home),
      DISPLAY: screen.display,
      LANG: 'en_GB.UTF-8',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return watch(child);
}

/** Starts the app and attaches to its page and its main process. */
export async function openElectron(options: StartOptions): Promise<ElectronApp> {
  const started = startElectron(options);
  const told = async (what: string, pattern: RegExp) => {
    const found = await until(what, () => (started.over() ? 'over' : pattern.exec(started.errorText())?.[1]));
    if (found === 'over') throw new Error(`Electron ended before ${what}:\n${started.errorText()}`);
    return found;
  };
  try {
    const [inspector, debugging] = [
      await told('the inspector', /Debugger listening on (ws:\S+)/),
      await told('the debugging port', /DevTools listening on (ws:\S+)/),
    ];
    const browser = await chromium.connectOverCDP(debugging, { timeout: 30_000 });
    const [context] = browser.contexts();
    if (!context) throw new Error('Electron has no context');
    const page = await until('the window', () => context.pages().find((one) => one.url().startsWith('app:')));
    page.setDefaultTimeout(30_000);
    await page.waitForLoadState();
    const main = await openMainProcess(inspector);
    const ended = started.ended.finally(() => main.close());
    return {
      pid: started.pid,
      page,
      main,
      profile: join(options.home, '.local', 'share', 'Parley'),
      get errorText() {
        return started.errorText();
      },
      ended,
      async closeWindow() {
        // Asked for a moment later: a process that ends waits for its inspector to be gone.
        const close = '() => electron.BrowserWindow.getAllWindows().forEach((window) => window.close())';
        await main.ask(`(setTimeout(${close}, 100), null)`);
        main.close();
        return started.insist();
      },
      close() {
        main.close();
        return started.close();
      },
    };
  } catch (error) {
    await started.close();
    throw error;
  }
}

/** Installs the probe of pictures in the page and loads it anew. */
export async function installProbeIn({ page }: ElectronApp): Promise<void> {
  await page.addInitScript(installProbe, CELLS);
  await page.reload();
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function watch(child: ChildProcess) {
  running.add(child);
  let text = '';
  let over = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-50_000);
  });
  const ended = new Promise<AppEnd>((resolve) => {
    const settle = (end: AppEnd) => {
      over = true;
      running.delete(child);
      resolve(end);
    };
    child.once('error', (error) => {
      text += error.message;
      settle({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => settle({ code, signal }));
  });
  const insist = async (): Promise<AppEnd> => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const end = await ended;
    clearTimeout(limit);
    return end;
  };
  return {
    pid: child.pid ?? -1,
    ended,
    over: () => over,
    errorText: () => text,
    insist,
    close(): Promise<AppEnd> {
      if (!over) child.kill('SIGTERM');
      return insist();
    },
  };
}

/** The processes of Chromium below one, by their kind, with what the kernel says about them. */
export function processesOf(pid: number): { pid: number; command: string; status: string }[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [
    {
      pid: child,
      command: readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      status: readFileSync(`/proc/${child}/status`, 'utf8'),
    },
    ...processesOf(child),
  ]);
}
