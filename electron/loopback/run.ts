import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EmbeddedServerState } from '@parley/shared/model';
import { ParleyError, refusalOf, sentenceOf } from '@parley/shared/protocol';
import { systemClock } from '@parley/shared/timing';
import { openLogFile } from '#core/adapters/log-file.ts';
import type { Clock, Log } from '#core/ports.ts';
import { findChromium } from './find-chromium.mjs';
import { handOver } from './handover.ts';
import { usualProfile } from './profile.ts';
import { builtPage, type LoopbackHost, startLoopback } from './start-loopback.ts';
import { type HostWindow, openWindow } from './window.ts';

const USAGE = `Parley without Electron: the same app in a Chromium window.

usage: node electron/loopback/main.ts [options] [parley://join/… link]

  --profile DIR           where messages, keys and settings lie (PARLEY_PROFILE; else the system's usual place)
  --port N                port on 127.0.0.1; without it any free one
  --window auto|none      auto opens a Chromium window; none only says the address
  --no-embedded-server    do not start the app's own signaling server
  --json                  say one line of JSON on standard output when ready, and one for each question that has no window
  --help

PARLEY_LOG_LEVEL (debug, info, warn, error) says how much goes to parley.log in the profile's folder.

Exit codes: 0 closed in order; 1 it could not start; 2 an option was not understood; 3 Parley is open already with this
profile: it was asked to open a window and the link, if there was one.`;

/** The options of the command line. */
export type LoopbackArguments = {
  profile: string;
  port: number;
  window: 'auto' | 'none';
  embeddedServer: boolean;
  json: boolean;
  help: boolean;
  deepLink: string | null;
  /** Where the built page lies. */
  pageRoot: string;
};

/** Reads the command line; throws an Error with a sentence for what it does not understand. */
export function readArguments(args: readonly string[]): LoopbackArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: { type: 'string' },
      port: { type: 'string', default: '0' },
      window: { type: 'string', default: 'auto' },
      'no-embedded-server': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw new Error('--port takes a number from 0 to 65535.');
  if (values.window !== 'auto' && values.window !== 'none') throw new Error('--window takes auto or none.');
  if (positionals.length > 1) throw new Error('Only one link can be opened at a time.');
  return {
    profile: values.profile ?? usualProfile(),
    port,
    window: values.window,
    embeddedServer: !values['no-embedded-server'],
    json: values.json,
    help: values.help,
    deepLink: positionals[0] ?? null,
    pageRoot: builtPage,
  };
}

/** How long a browser that handed the page to one already running may take until the page is heard of. */
const TAKEN_OVER_GRACE_MS = 10_000;
/** How long a page may be away while it is loaded anew. */
const RELOAD_GRACE_MS = 1_000;
const LOOK_EVERY_MS = 250;

/**
 * Resolves when the window is gone. A Chromium that already runs on the same folder takes the page over and the new
 * process ends at once; then the page's own connection says how long its window lives.
 */
export async function windowGone(
  window: Pick<HostWindow, 'ended'>,
  host: Pick<LoopbackHost, 'windows' | 'windowsSeen'>,
  clock: Clock,
): Promise<void> {
  const code = await window.ended;
  // A browser that failed has shown nothing, and nobody has taken anything over.
  if (code !== 0) return;
  let connectedAt = clock.monotonicMs();
  for (;;) {
    if (host.windows() > 0) connectedAt = clock.monotonicMs();
    const graceMs = host.windowsSeen() > 0 ? RELOAD_GRACE_MS : TAKEN_OVER_GRACE_MS;
    if (clock.monotonicMs() - connectedAt >= graceMs) return;
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
  }
}

/** The whole life of the process, from its arguments to its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let args: LoopbackArguments;
  try {
    args = readArguments(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'The options were not understood.'} --help lists them.`);
    return 2;
  }
  if (args.help) {
    console.log(USAGE);
    return 0;
  }

  const stopped = new Promise<void>((resolve) => {
    // Kept to the end: Ctrl+C reaches this process twice, from the terminal and from the script that started it, and the
    // second must not cut the closing short.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  if (!existsSync(join(args.pageRoot, 'index.html'))) {
    console.error('The page is not built yet: start Parley with npm start.');
    return 1;
  }
  const level = (['debug', 'info', 'warn', 'error'] as const).find((one) => one === process.env.PARLEY_LOG_LEVEL);
  const logFile = openLogFile(args.profile, level ?? 'info', systemClock.now);
  try {
    return await runWith(args, logFile.log, stopped);
  } finally {
    await logFile.close();
  }
}

async function runWith(args: LoopbackArguments, log: Log, stopped: Promise<void>): Promise<number> {
  // Said about the start goes to standard error when standard output belongs to a program.
  const say = args.json ? console.error : console.log;
  const chromium = args.window === 'auto' ? findChromium() : null;
  const more = (process.env.PARLEY_CHROMIUM_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  const windows = new Set<HostWindow>();
  let closing = false;
  const show = async (url: string): Promise<HostWindow | null> => {
    if (chromium === null || closing) return null;
    const asRoot = process.getuid?.() === 0;
    try {
      const window = await openWindow(chromium, { url, profile: args.profile, asRoot, more });
      windows.add(window);
      void window.ended.then(() => windows.delete(window));
      if (!closing) return window;
      // The others were closed while this one was being opened.
      await window.close();
      return null;
    } catch (error) {
      log.warn('the window could not be opened', { name: error instanceof Error ? error.name : 'unknown' });
      return null;
    }
  };

  /** Without a window the person reads it where they started Parley, which is as far from the page. */
  const tellQuestion = (url: string): boolean => {
    if (closing) return false;
    if (args.json) console.log(JSON.stringify({ question: url }));
    else say(`Parley has a question for you. Open this address in the browser that shows Parley:\n  ${url}`);
    return args.json || process.stdout.isTTY;
  };

  let host: LoopbackHost;
  try {
    host = await startLoopback({
      profile: args.profile,
      port: args.port,
      pageRoot: args.pageRoot,
      embeddedServer: args.embeddedServer,
      log,
      showWindow: async (url) => (await show(url)) !== null,
      showQuestion: async (url) => (await show(url)) !== null || tellQuestion(url),
    });
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'already-running') return alreadyRunning(args, say);
    const { code, message } = refusalOf(error);
    if (code === 'internal')
      log.error('could not start', { reason: error instanceof Error ? error.message : 'unknown' });
    console.error(message);
    return 1;
  }

  try {
    if (args.deepLink !== null) host.core.openDeepLink(args.deepLink);
    if (args.json) {
      const state = await host.core.call('server.state', {});
      const server = state.ok ? (state.value as EmbeddedServerState) : null; // parsed by the core's router
      console.log(JSON.stringify({ ready: true, url: host.url, port: host.port, server }));
    }
    const window = chromium === null ? null : await host.openWindow(show);
    if (window === null && !args.json) {
      const why = args.window === 'auto' ? 'No Chromium was found, so open' : 'Open';
      say(`${why} this address in a Chromium browser on this computer (it works once):\n  ${host.url}`);
    }
    await (window === null ? stopped : Promise.race([stopped, windowGone(window, host, systemClock)]));
  } finally {
    closing = true;
    await Promise.all([...windows].map((window) => window.close()));
    await host.close();
  }
  return 0;
}

async function alreadyRunning(args: LoopbackArguments, say: (line: string) => void): Promise<number> {
  const answer = await handOver(args.profile, args.deepLink);
  say(sentenceOf('already-running'));
  if (answer !== null && answer.url !== null)
    say(`Open this address in a Chromium browser on this computer (it works once):\n  ${answer.url}`);
  return 3;
}
