// Looks for a browser of the Chromium family. Plain JavaScript without dependencies, because the start script uses
// it too, before anything is built and on any Node >= 20.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
  'brave-browser',
];

const MAC_APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_PATHS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

function fromPlaywright() {
  try {
    const path = createRequire(import.meta.url)('playwright-core').chromium.executablePath();
    return typeof path === 'string' ? path : null;
  } catch {
    // playwright-core is a development dependency and may be missing. The caller looks in other places.
    return null;
  }
}

/**
 * The path of a Chromium, or null. CHROMIUM names one and then no other is taken; after that PATH, the usual places
 * of macOS and Windows, and what Playwright installed.
 */
export function findChromium({
  env = process.env,
  platform = process.platform,
  exists = existsSync,
  playwright = fromPlaywright,
} = {}) {
  if (env.CHROMIUM) return exists(env.CHROMIUM) ? env.CHROMIUM : null;
  const onPath = (env.PATH ?? env.Path ?? '')
    .split(delimiter)
    .filter((dir) => dir !== '')
    .flatMap((dir) => NAMES.map((name) => join(dir, platform === 'win32' ? `${name}.exe` : name)));
  const windowsRoots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
  const usual =
    platform === 'darwin'
      ? [...MAC_APPS, ...MAC_APPS.map((app) => `${env.HOME ?? ''}${app}`)]
      : platform === 'win32'
        ? windowsRoots.flatMap((dir) => WINDOWS_PATHS.map((path) => join(dir, path)))
        : [];
  // Names are asked for in their order before folders: a person's Chromium wins over any Edge.
  const ordered = NAMES.flatMap((name) =>
    onPath.filter((path) => path.endsWith(platform === 'win32' ? `${name}.exe` : `/${name}`)),
  );
  const found = [...ordered, ...usual].find((path) => exists(path));
  if (found !== undefined) return found;
  const brought = playwright();
  return brought !== null && exists(brought) ? brought : null;
}
