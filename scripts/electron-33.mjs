// Everything in which Electron 33 needs other treatment than the Electron that the project pins. Where the pinned one
// cannot be had, tests and `npm start` may be given this older one by ELECTRON_OVERRIDE_DIST_PATH: it shows all that both share
// (main process, preload, protocol, policy, permissions, sandbox, windows, calls). Nothing of it is shipped.
// Plain JavaScript without dependencies, like the scripts that import it.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** better-sqlite3 built for Node 20, which the project's own release dies in, and what it loads. */
const modulesIn = (dist) => join(dist, 'sqlite', 'node_modules');

/** Whether the Electron in this folder is the older one: it brings its own better-sqlite3. */
export const isElectron33 = (dist) => existsSync(join(modulesIn(dist), 'better-sqlite3'));

/** X25519 and Ed25519 were not in pages by themselves yet. */
export const SWITCHES_33 = ['--enable-experimental-web-platform-features'];

/** Makes a staged copy of the app run in Electron 33. */
export function adaptTo33({ dist, folder }) {
  for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
    rmSync(join(folder, 'node_modules', name), { recursive: true, force: true });
    cpSync(join(modulesIn(dist), name), join(folder, 'node_modules', name), { recursive: true });
  }
  // The signaling server refuses Node 20; what it uses of newer ones is there, because V8 is newer than Node's own.
  const host = join(folder, 'out', 'main', 'server-host.js');
  const posing = 'Object.defineProperty(process.versions, "node", { value: "22.1.0" });\n';
  writeFileSync(host, posing + readFileSync(host, 'utf8'));
}
