import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accept, unwrap } from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import { childServerProcess } from '#core/adapters/child-server-process.ts';
import { openFileSecretStore } from '#core/adapters/file-secret-store.ts';
import { silentLog } from '#core/adapters/stream-log.ts';
import { type Core, createCore } from '#core/core.ts';
import { asFileError } from '#core/file-errors.ts';
import { lockProfile } from '#core/lock-profile.ts';
import type { CorePorts, Log } from '#core/ports.ts';
import { staticFile } from '#core/static-files.ts';
import { createHandover, type HandoverAnswer } from './handover.ts';
import { type HttpHost, startHttpHost } from './http-host.ts';
import { openOutside, showOutside } from './open-outside.ts';
import { usualDownloads } from './profile.ts';
import { createQuestions } from './questions.ts';
import { openStartPages } from './start-pages.ts';

const projectRoot = join(import.meta.dirname, '..', '..');
/** Where the build puts the page. */
export const builtPage = join(projectRoot, 'out', 'renderer');

export type LoopbackOptions = {
  /** The folder of the profile; made when it is missing. One process at a time may have it. */
  profile: string;
  /** The folder for received files; absent: the usual one. */
  downloads?: string;
  /** 0 or absent: any free port. */
  port?: number;
  /** Where the built page lies. */
  pageRoot?: string;
  /** Whether the app's own signaling server runs. */
  embeddedServer?: boolean;
  log?: Log;
  /**
   * Shows a page in a window: one of this host, or the one in the profile that leads there. Resolves with false where no
   * window can be opened. Absent: there is none.
   */
  showWindow?: (url: string) => Promise<boolean>;
  /** Shows a question of the host to the person; false where they would not see it. Absent: in a window. */
  showQuestion?: (url: string) => Promise<boolean>;
  /** Opens a link that the person agreed to; usually the system's own program. */
  openLink?: (url: URL) => Promise<boolean>;
  /** Ports of the core that tests replace. */
  ports?: Partial<CorePorts>;
};

export type LoopbackHost = {
  /** The address of the first window; works once. */
  url: string;
  /** The address of one more window; works once. */
  newUrl(): string;
  /**
   * Lets one more window in: `show` is given a page in the profile that leads to an address, works once and is taken
   * away when it was used. Resolves with what `show` says; null, without a page left, where there is no window.
   */
  openWindow<W>(show: (pageUrl: string) => Promise<W | null>): Promise<W | null>;
  port: number;
  core: Core;
  /** How many windows listen to events now. */
  windows(): number;
  /** How many ever did. */
  windowsSeen(): number;
  /** Closes windows' connections, the core with its server, and lets go of the profile. */
  close(): Promise<void>;
};

/**
 * The composition root of the host without Electron: the same core, a local server on 127.0.0.1 and the page in an
 * ordinary browser. Throws a ParleyError: `already-running`, `port-in-use`, `disk-read-only` and what the core throws.
 */
export async function startLoopback(options: LoopbackOptions): Promise<LoopbackHost> {
  const {
    profile,
    log = silentLog,
    openLink = (url) => openOutside(url.href),
    showWindow = async () => false,
    showQuestion = showWindow,
  } = options;
  const clock = options.ports?.clock ?? systemClock;
  const pageRoot = options.pageRoot ?? builtPage;
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const lock = unwrap(lockProfile(profile));
    closers.push(() => lock.close());
    const pages = openStartPages(profile);
    closers.push(() => pages.close());

    // The question is shown by the host whose shell asks it, so the window is only known once that listens.
    let http: HttpHost | undefined;
    const questions = createQuestions(clock, async (path) => (http ? showQuestion(`${http.origin}${path}`) : false));
    const core = await createCore({
      app: { version: versionOf(projectRoot), host: 'loopback', platform: process.platform },
      clock,
      paths: { profile, downloads: options.downloads ?? usualDownloads() },
      secrets: openFileSecretStore(join(profile, 'secrets.key')),
      shell: {
        openExternal: async (url) => (await questions.askLink(url)) && (await openLink(url)),
        async openFile(path, warning) {
          if (warning && !(await questions.askFile(warning))) return 'refused';
          return (await openOutside(path)) ? 'opened' : 'failed';
        },
        showFile: (path) => showOutside(path),
        askComputer: (name, withdrawn) => questions.askComputer(name, withdrawn),
        choose: (wish, suggested) => questions.askPlace(wish, suggested),
      },
      serverProcess:
        options.embeddedServer === false
          ? null
          : childServerProcess(join(projectRoot, 'signaling-server', 'src', 'main.ts')),
      log,
      ...options.ports,
    });
    closers.push(() => core.close());

    const openWindow = async <W>(show: (pageUrl: string) => Promise<W | null>): Promise<W | null> => {
      const url = started.newUrl();
      try {
        const window = await show(pages.write(url));
        if (window !== null) return window;
      } catch (error) {
        log.warn('no window could be opened', { code: asFileError(error).code });
      }
      pages.remove(url);
      return null;
    };

    const handover = createHandover(profile);
    const started = await startHttpHost({
      port: options.port ?? 0,
      clock,
      log,
      call: (name, input) => core.call(name, input),
      openPage: (tell) => core.openPage(tell),
      subscribe: (listener) => core.subscribe(listener),
      page: (path) => staticFile(pageRoot, path),
      questions,
      content: core.content,
      entered: (url) => pages.remove(url),
      handover: {
        secretMatches: handover.secretMatches,
        async arrived(deepLink) {
          if (deepLink !== null) core.openDeepLink(deepLink);
          const opened = (await openWindow(async (pageUrl) => (await showWindow(pageUrl)) || null)) !== null;
          const answer: HandoverAnswer = { opened, url: opened ? null : started.newUrl() };
          return accept(answer);
        },
      },
    });
    http = started;
    closers.push(() => started.close());
    // Before the server, which waits for its requests: the one that asked waits for the person.
    closers.push(() => questions.close());
    handover.publish(started.port);
    closers.push(() => handover.withdraw());

    return {
      url: started.newUrl(),
      newUrl: () => started.newUrl(),
      openWindow,
      port: started.port,
      core,
      windows: () => started.streams,
      windowsSeen: () => started.streamsOpened,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function versionOf(root: string): string {
  const found: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = typeof found === 'object' && found !== null && 'version' in found ? found.version : null;
  return typeof version === 'string' ? version : '0.0.0';
}
