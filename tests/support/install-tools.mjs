// Programs that the tests, the demo and the pictures need beside Node. Plain JavaScript for Node 20, no
// dependencies: it runs before anything is installed. Fast when everything is there.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How to see that a tool is there, and which Debian package brings it. */
export const TOOLS = {
  chromium: { package: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'] },
  ffmpeg: { package: 'ffmpeg', programs: ['ffmpeg'] },
  'alsa-utils': { package: 'alsa-utils', files: ['/usr/share/sounds/alsa/Front_Center.wav'] },
  xvfb: { package: 'xvfb', programs: ['Xvfb'] },
  xdotool: { package: 'xdotool', programs: ['xdotool'] },
  sqlite3: { package: 'sqlite3', programs: ['sqlite3'] },
  'redis-server': { package: 'redis-server', programs: ['redis-server'] },
  coturn: { package: 'coturn', programs: ['turnserver'] },
  prometheus: { package: 'prometheus', programs: ['promtool'] },
  nginx: { package: 'nginx-light', programs: ['nginx'] },
  systemd: { package: 'systemd', programs: ['systemd-analyze'] },
  aiortc: { package: 'python3-aiortc', files: ['/usr/lib/python3/dist-packages/aiortc/__init__.py'] },
  aiohttp: { package: 'python3-aiohttp', files: ['/usr/lib/python3/dist-packages/aiohttp/__init__.py'] },
  strace: { package: 'strace', programs: ['strace'] },
  openssl: { package: 'openssl', programs: ['openssl'] },
  nftables: { package: 'nftables', programs: ['nft'] },
  fonts: { package: 'fonts-dejavu-core', files: ['/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf'] },
};

function onPath(program) {
  // Servers lie where only root's PATH looks.
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    if (folder && existsSync(join(folder, program))) return join(folder, program);
  }
  return undefined;
}

/** Path of the tool's program or file, or undefined where it is missing. CHROMIUM names another browser. */
export function findTool(name) {
  const tool = TOOLS[name];
  if (!tool) throw new Error(`unknown tool: ${name}`);
  if (name === 'chromium' && process.env.CHROMIUM) {
    return existsSync(process.env.CHROMIUM) ? process.env.CHROMIUM : undefined;
  }
  for (const program of tool.programs ?? []) {
    const found = onPath(program);
    if (found) return found;
  }
  return (tool.files ?? []).find((file) => existsSync(file));
}

const canInstall = () => process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get') !== undefined;

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // apt's output goes to stderr: a caller's stdout may be read by a program.
  return spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], { env, stdio: ['ignore', 2, 2] }).status === 0;
}

/** Packages with servers start them as they are installed; the tests start their own. Returns the undo. */
function keepServicesFromStarting() {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(policy, { force: true });
}

/**
 * Makes sure that the named tools are there: on Debian as root they are installed, and it says so.
 * Returns those that are still missing, each with the sentence to print.
 */
export function installTools(names = Object.keys(TOOLS)) {
  const missing = names.filter((name) => findTool(name) === undefined);
  if (missing.length > 0 && canInstall()) {
    const packages = missing.map((name) => TOOLS[name].package);
    console.error(`Installing ${packages.join(', ')} with apt-get, once.`);
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    const startServices = keepServicesFromStarting();
    try {
      if (!apt(...install)) {
        apt('update');
        apt(...install);
      }
    } finally {
      startServices();
    }
  }
  return missing
    .filter((name) => findTool(name) === undefined)
    .map((name) => ({ name, sentence: `${name} is missing. On Debian: apt-get install ${TOOLS[name].package}` }));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const missing = installTools(process.argv.length > 2 ? process.argv.slice(2) : undefined);
  for (const { sentence } of missing) console.error(sentence);
  process.exit(missing.length > 0 && process.env.CI ? 1 : 0);
}
