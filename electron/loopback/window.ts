import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type ChromiumOptions = {
  /** The page to show. Everybody on this computer can read it in the list of processes, so it carries no secret. */
  url: string;
  /** The folder of the profile; the browser keeps its own data in `window` inside it. */
  profile: string;
  /** Whether this process runs as root, where Chromium's own sandbox cannot be set up. */
  asRoot: boolean;
  /** More switches, such as a fake camera in tests (PARLEY_CHROMIUM_FLAGS, separated by blanks). */
  more?: readonly string[];
};

/** The switches of the window: a browser profile of its own that talks to nobody on its own account. */
export function chromiumArguments({ url, profile, asRoot, more = [] }: ChromiumOptions): string[] {
  return [
    `--app=${url}`,
    `--user-data-dir=${join(profile, 'window')}`,
    '--window-size=1200,820',
    '--class=Parley',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-sync',
    '--disable-breakpad',
    '--disable-extensions',
    '--metrics-recording-only',
    '--no-pings',
    '--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,InterestFeedContentSuggestions',
    // No keyring dialog for an empty password list; Parley keeps no secret in the browser.
    '--password-store=basic',
    '--use-mock-keychain',
    // A call must sound as soon as it is answered, and must not stutter behind another window.
    '--autoplay-policy=no-user-gesture-required',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    // `--test-type` takes the warning bar away that the other switch brings.
    ...(asRoot ? ['--no-sandbox', '--test-type'] : []),
    ...more,
  ];
}

export interface HostWindow {
  /** Resolves when the browser has ended: with null when a running one took the page over, else with its exit code. */
  ended: Promise<number | null>;
  close(): Promise<void>;
}

/**
 * Opens the page in a Chromium window. Rejects when the program cannot be started.
 * `graceMs` is how long a closing browser may take before it is killed.
 */
export async function openWindow(chromium: string, options: ChromiumOptions, graceMs = 3_000): Promise<HostWindow> {
  mkdirSync(join(options.profile, 'window'), { recursive: true, mode: 0o700 });
  const child = spawn(chromium, chromiumArguments(options), { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ended,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const limit = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(limit);
    },
  };
}
