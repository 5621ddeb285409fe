// `npm start`: installs what is missing, builds what changed, opens Parley with its own signaling server.
// Plain JavaScript without dependencies: it is the first thing that runs in a fresh clone, on any Node >= 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDue } from './build-stamp.mjs';
import { isElectron33 } from './electron-33.mjs';
import { endWithNpm } from './end-with-npm.mjs';
import { findChromium } from './find-chromium.mjs';
import { fetchElectron, findElectron } from './find-electron.mjs';
import { findNode, install } from './install.mjs';
import { stageOnce } from './stage-app.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
// With --json standard output belongs to the program that reads it.
const ownOutput = args.includes('--json') ? 2 : 1;
const say = ownOutput === 2 ? (line) => console.error(line) : (line) => console.log(line);

/** Ends this start with a sentence. */
const giveUp = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

/** Runs a program to its end; what it prints goes where our own words go. */
const run = (command, commandArgs, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: ['ignore', ownOutput, 2],
      env: { ...process.env, ...env },
    });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });

await install({ root, say });
const node = findNode(root);
// A folder that was named is taken at its word: nothing is fetched into another.
const isNamed = Boolean(process.env.ELECTRON_OVERRIDE_DIST_PATH);
const found = findElectron(root) ?? (isNamed ? null : await fetchElectron({ root, node, say }));
// Its sandbox is never switched off, and it does not start as root with it.
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const electron = isRoot ? null : found;
await build(electron === null ? ['renderer'] : ['renderer', 'main', 'preload', 'signaling-server']);
if (electron !== null) openElectron(electron);
else {
  const at = args.indexOf('--window');
  const asksHelp = args.includes('--help') || args.includes('-h');
  const windowWanted = !(asksHelp || args.includes('--window=none') || (at >= 0 && args[at + 1] === 'none'));
  if (windowWanted) await prepareWindow();
  open(node, [join(root, 'electron', 'loopback', 'main.ts'), ...args]);
}

/** Builds the parts whose sources changed. */
async function build(parts) {
  const due = parts.filter((part) => buildDue(part, root));
  if (due.length === 0) return;
  say(`Building ${due.join(', ')}…`);
  if ((await run(node, [join(root, 'scripts', 'build.ts'), ...due])) !== 0) {
    giveUp('The app could not be built; what went wrong stands above.');
  }
}

/** Sees to it that a Chromium window can be opened here, or says what is missing. */
async function prepareWindow() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    giveUp(
      'There is no screen here (DISPLAY is not set): start Parley in a desktop session, with "xvfb-run npm start", ' +
        'or with "npm start -- --window none", which says the address to open in a Chromium on this computer.',
    );
  }
  if (findChromium() === null) await getChromium();
  say(
    found === null
      ? 'Electron is not on this computer, so the same app opens in a Chromium window.'
      : "Electron is here, but Chromium's sandbox refuses root, so the same app opens in a Chromium window; start it as another user for Electron.",
  );
}

/** Opens the app in Electron. An older Electron than the pinned one, if such a one was named, gets a copy that suits it. */
function openElectron(path) {
  const dist = dirname(path);
  if (!isElectron33(dist)) return open(path, ['.', ...args]);
  say('This is Electron 33, older than the one Parley ships with: good for trying it out, not for more.');
  const { folder, switches } = stageOnce({
    root,
    dist,
    parent: join(root, 'node_modules', '.cache', 'parley', 'staged'),
  });
  open(path, [...switches, folder, ...args]);
}

/** Debian and Ubuntu as root: installed. Elsewhere: said what to do. */
async function getChromium() {
  const help =
    'Parley needs Electron or a Chromium browser: install Chromium, Chrome or Edge, then run npm start again.';
  if (process.env.CHROMIUM) giveUp(`There is no browser at ${process.env.CHROMIUM}, which CHROMIUM names.`);
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) giveUp(help);
  say('Installing Chromium with apt-get, once…');
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const get = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  await run('apt-get', [...get, 'update'], quiet);
  await run('apt-get', [...get, 'install', '-y', '--no-install-recommends', 'chromium'], quiet);
  if (findChromium() === null) giveUp(help);
}

/** Opens the app and ends as it ends. */
function open(command, commandArgs) {
  const app = spawn(command, commandArgs, { cwd: root, stdio: 'inherit' });
  endWithNpm(app);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.kill(signal));
  app.on('error', (error) => giveUp(`Parley could not be started: ${error.message}`));
  // As a shell says it: 128 and the signal's number.
  app.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}
