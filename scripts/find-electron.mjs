// Looks for Electron's binary without loading its package, which would start a download by itself.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const DAY_MS = 24 * 60 * 60 * 1000;

/** The path of Electron's binary, or null. ELECTRON_OVERRIDE_DIST_PATH names another folder to look in. */
export function findElectron(root = projectRoot, env = process.env) {
  const over = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (over) {
    const path = join(over, process.platform === 'win32' ? 'electron.exe' : 'electron');
    return existsSync(path) ? path : null;
  }
  try {
    const dir = dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
    const path = join(dir, 'dist', readFileSync(join(dir, 'path.txt'), 'utf8').trim());
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/**
 * Fetches Electron's binary with the package's own installer, once: a failure is remembered for a day, so that a
 * computer that cannot reach the download waits for it only once. Resolves with the path or null.
 */
export async function fetchElectron({
  root = projectRoot,
  node,
  say = console.log,
  now = Date.now(),
  limitMs = 20_000,
  installer = join(root, 'node_modules', 'electron', 'install.js'),
}) {
  const memory = join(root, 'node_modules', '.cache', 'parley', 'electron-unreachable.json');
  try {
    const { triedAt } = JSON.parse(readFileSync(memory, 'utf8'));
    if (typeof triedAt === 'number' && now - triedAt >= 0 && now - triedAt < DAY_MS) return null;
  } catch {
    // Never tried, or the note is not readable: try.
  }
  if (!existsSync(installer)) return null;
  say(`Fetching Electron (at most ${Math.round(limitMs / 1000)} s)…`);
  const done = await new Promise((resolve) => {
    const child = spawn(node, [installer], { cwd: root, stdio: 'ignore' });
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.on('error', () => {
      clearTimeout(limit);
      resolve(false);
    });
    child.on('exit', (code) => {
      clearTimeout(limit);
      resolve(code === 0);
    });
  });
  // The installer fills its own package, wherever ELECTRON_OVERRIDE_DIST_PATH points.
  const found = done ? findElectron(root, {}) : null;
  mkdirSync(dirname(memory), { recursive: true });
  if (found === null) writeFileSync(memory, JSON.stringify({ triedAt: now }));
  else rmSync(memory, { force: true });
  return found;
}
