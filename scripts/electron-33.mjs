// Everything in which Electron 33 needs other treatment than the Electron that the project pins. Where the pinned one
// cannot be had, tests and `npm start` may be given this older one by ELECTRON_OVERRIDE_DIST_PATH: it shows all that both share
// (main process, preload, protocol, policy, permissions, sandbox, windows, calls). Nothing of it is shipped.
// Plain JavaScript without dependencies, like the scripts that import it.
import { copyFileSync, cpSync, existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** better-sqlite3 built for Node 20, which the project's own release dies in, and what it loads. */
const modulesIn = (dist) => join(dist, 'sqlite', 'node_modules');

/** Whether the Electron in this folder is the older one: it brings its own better-sqlite3. */
export const isElectron33 = (dist) => existsSync(join(modulesIn(dist), 'better-sqlite3'));

/** X25519 and Ed25519 were not in pages by themselves yet. */
export const SWITCHES_33 = ['--enable-experimental-web-platform-features'];

/** The embedded signaling server needs a newer Node than this Electron has inside, so the utility process starts the project's. */
const HOST = `import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const server = fork(at('../signaling-server/main.js'), [], {
  execPath: at('../../node'),
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
// It stops by itself when this process is gone.
server.on('message', (message) => process.parentPort.postMessage(message));
server.on('exit', (code) => process.exit(code ?? 1));
`;

/** Makes a staged copy of the app run in Electron 33. `node` is the project's own Node. */
export function adaptTo33({ dist, folder, node }) {
  for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
    rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
    cpSync(join(modulesIn(dist), name), join(folder, 'node_modules', name), { recursive: true });
  }
  try {
    linkSync(node, join(folder, 'node'));
  } catch {
    // On another disk.
    copyFileSync(node, join(folder, 'node'));
  }
  writeFileSync(join(folder, 'out', 'main', 'server-host.js'), HOST);
}
