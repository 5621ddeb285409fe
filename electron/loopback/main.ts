/**
 * Parley without Electron: the same core, a server on 127.0.0.1 and an ordinary Chromium window.
 * Ends with 0, with 1 when it cannot start, with 3 when Parley runs on this profile already.
 */
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyError, refusalOf } from '@parley/shared/protocol';

if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error('Parley runs on the Node it brings: start it with npm start.');
  process.exit(1);
}

const root = join(import.meta.dirname, '..', '..');
const { HELP, readArguments } = await import('./arguments.ts');
const { lockProfile } = await import('#core/lock-profile.ts');
const { listenForStarts, tellRunning } = await import('./running-instance.ts');

const options = (() => {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'The command line was not understood.');
    process.exit(1);
  }
})();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const page = join(root, 'out', 'renderer');
if (!existsSync(join(page, 'index.html'))) {
  console.error('The page is not built yet: start Parley with npm start.');
  process.exit(1);
}

const lock = lockProfile(options.profile);
if (!lock.ok) {
  if (lock.code === 'already-running') await tellRunning(options.profile, options.deepLink);
  console.error(lock.message);
  process.exit(lock.code === 'already-running' ? 3 : 1);
}

const { systemClock } = await import('#core/adapters/system-clock.ts');
const { streamLog } = await import('#core/adapters/stream-log.ts');
const { openFileSecretStore } = await import('#core/adapters/file-secret-store.ts');
const { childServerProcess } = await import('#core/adapters/child-server-process.ts');
const { startLoopback } = await import('./loopback-host.ts');
const { findChromium } = await import('./find-chromium.mjs');
const { openWindow } = await import('./window.ts');
const { systemShell } = await import('./system-shell.ts');

/** What was opened so far, closed in reverse. */
const opened: (() => Promise<void> | void)[] = [() => lock.value.close()];
let stopping: Promise<void> | undefined;
const stop = (code: number): Promise<void> => {
  stopping ??= (async () => {
    for (const close of opened.reverse()) await close();
    process.exit(code);
  })();
  return stopping;
};

try {
  mkdirSync(options.profile, { recursive: true, mode: 0o700 });
  const logFile = createWriteStream(join(options.profile, 'parley.log'), { flags: 'a', mode: 0o600 });
  logFile.on('error', () => undefined);
  opened.push(() => new Promise<void>((resolve) => logFile.end(() => resolve())));

  const host = await startLoopback({
    page,
    port: options.port,
    ports: {
      app: { version: process.env.npm_package_version ?? '0.1.0', host: 'loopback', platform: process.platform },
      clock: systemClock,
      paths: { profile: options.profile },
      secrets: openFileSecretStore(join(options.profile, 'secrets.key')),
      shell: systemShell(),
      serverProcess: options.embeddedServer
        ? childServerProcess(join(root, 'signaling-server', 'src', 'main.ts'))
        : null,
      log: streamLog(
        (line) => logFile.write(line),
        'info',
        () => Date.now(),
      ),
    },
  });
  opened.push(() => host.close());
  if (options.deepLink !== null) host.core.openDeepLink(options.deepLink);

  const openOne = async (): Promise<void> => {
    const chromium = findChromium();
    if (chromium === null) {
      console.log(`No Chromium was found on this computer. Open this address in one: ${host.newUrl()}`);
      return;
    }
    const window = await openWindow(chromium, {
      url: host.newUrl(),
      profile: options.profile,
      asRoot: process.getuid?.() === 0,
      more: (process.env.PARLEY_CHROMIUM_FLAGS ?? '').split(' ').filter((flag) => flag !== ''),
    });
    opened.push(() => window.close());
    void window.ended.then(() => stop(0));
  };
  const starts = await listenForStarts(options.profile, (deepLink) => {
    if (deepLink !== null) host.core.openDeepLink(deepLink);
  });
  opened.push(() => starts.close());

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
  const url = host.newUrl();
  if (options.json) {
    const server = await host.core.call('server.state', {});
    console.log(JSON.stringify({ ready: true, url, port: host.port, server: server.ok ? server.value : null }));
  } else if (!options.window) console.log(`Parley is ready at ${url}`);
  if (options.window) await openOne();
} catch (thrown) {
  const inUse = thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE';
  const refusal = inUse ? new ParleyError('port-in-use').toRefusal() : refusalOf(thrown);
  console.error(refusal.message);
  await stop(1);
}
