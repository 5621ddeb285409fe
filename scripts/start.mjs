// `npm start`: installs what is missing, builds what changed, opens Parley with its own signaling server.
// Plain JavaScript without dependencies: it is the first thing that runs in a fresh clone, on any Node >= 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../electron/loopback/find-chromium.mjs';
import { fetchElectron, findElectron } from './find-electron.mjs';
import { findNode, install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
// With --json standard output belongs to the program that reads it.
const say = args.includes('--json') ? (line) => console.error(line) : (line) => console.log(line);

/** Runs a program to its end; standard output goes where our own words go. */
const run = (command, commandArgs, env = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: ['ignore', args.includes('--json') ? 2 : 1, 2],
      env: { ...process.env, ...env },
    });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });

await install({ say });
const node = findNode();

let electron = findElectron();
electron ??= await fetchElectron({ node, say });
if ((await run(node, ['scripts/build.ts', ...(electron ? ['--electron'] : [])])) !== 0) {
  console.error('The app could not be built; what went wrong stands above.');
  process.exit(1);
}

let command = electron;
let commandArgs = ['.', ...args];
if (electron === null) {
  const windowWanted = !args.includes('--window') || args[args.indexOf('--window') + 1] !== 'none';
  if (windowWanted && findChromium() === null) await getChromium();
  say("Electron's binary is not on this computer: opening the same app in a Chromium window.");
  if (windowWanted && process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    console.error('There is no screen here (DISPLAY is not set). Run it in a desktop session, or: xvfb-run npm start');
    process.exit(1);
  }
  command = node;
  commandArgs = [join(root, 'electron', 'loopback', 'main.ts'), ...args];
}

const app = spawn(command, commandArgs, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.kill(signal));
app.on('error', (error) => {
  console.error(`Parley could not be started: ${error.message}`);
  process.exit(1);
});
app.on('exit', (code) => process.exit(code ?? 0));

/** Debian and Ubuntu as root: installed. Elsewhere: said what to do. */
async function getChromium() {
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!canInstall) {
    console.error(
      'Parley needs Electron or a Chromium browser here. Install Chromium, Chrome or Edge, then run npm start again.',
    );
    process.exit(1);
  }
  say('Installing Chromium (apt-get)…');
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2] });
  const done = await run('apt-get', ['install', '-y', '-qq', 'chromium'], { DEBIAN_FRONTEND: 'noninteractive' });
  if (done !== 0 || findChromium() === null) {
    console.error('Chromium could not be installed. Install it yourself, then run npm start again.');
    process.exit(1);
  }
}
