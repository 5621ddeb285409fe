// Lays the built app into a folder of its own as it is shipped: manifest, what was built, and the packages that are not
// in the bundles. Plain JavaScript without dependencies, like the scripts that import it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf } from './build-stamp.mjs';
import { adaptTo33, isElectron33, SWITCHES_33 } from './electron-33.mjs';
import { findNode } from './install.mjs';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folders of the packages that the app needs when it runs, by name; what lies inside another package comes with it. */
export function productionPackages(root = projectRoot) {
  const found = new Map();
  const addThoseOf = (folder) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const nested = join(folder, 'node_modules', name);
      if (folder !== root && existsSync(nested)) addThoseOf(nested);
      else if (!found.has(name)) {
        found.set(name, join(root, 'node_modules', name));
        addThoseOf(join(root, 'node_modules', name));
      }
    }
  };
  addThoseOf(root);
  return found;
}

/**
 * Lays the app into `folder`, which is new, and returns the switches that the Electron in `dist` needs to start it. The
 * app has to be built.
 */
export function stageApp({ root = projectRoot, dist, folder }) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'out'), join(folder, 'out'), { recursive: true });
  for (const [name, from] of productionPackages(root)) {
    cpSync(from, join(folder, 'node_modules', name), { recursive: true, dereference: true });
  }
  if (isElectron33(dist)) adaptTo33({ dist, folder, node: findNode(root) });
  return switchesFor(dist);
}

const switchesFor = (dist) => (isElectron33(dist) ? [...SWITCHES_33] : []);

/**
 * The app as it is built now, in a folder of its own below `parent`, with the switches for the Electron in `dist`. A
 * running app serves its page from such a folder, so one that is there is not touched, and one of an earlier build is
 * removed only after every process that asked for it (`pid`) has ended.
 */
export function stageOnce({ root = projectRoot, dist, parent, pid = process.pid, isRunning = isRunningHere }) {
  const name = buildName(root, dist);
  const folder = join(parent, name);
  mkdirSync(parent, { recursive: true });
  // Before anything is copied: from here on no other start removes this folder.
  writeFileSync(join(parent, `${name}.${pid}`), '');
  if (!existsSync(folder)) {
    const unfinished = join(parent, `${name}.${pid}.unfinished`);
    rmSync(unfinished, { recursive: true, force: true });
    stageApp({ root, dist, folder: unfinished });
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      // Another start was faster.
      if (!existsSync(folder)) throw error;
      rmSync(unfinished, { recursive: true });
    }
  }
  removeUnused(parent, isRunning);
  return { folder, switches: switchesFor(dist) };
}

const buildName = (root, dist) =>
  createHash('sha256')
    .update(hashOf(root, ['out', 'package.json', 'package-lock.json', 'scripts/electron-33.mjs']))
    .update(dist)
    .digest('hex')
    .slice(0, 16);

/** Below `parent` are folders named by their build, and what is named by build and process. */
function removeUnused(parent, isRunning) {
  const entries = () => readdirSync(parent).map((entry) => ({ entry, parts: entry.split('.') }));
  const remove = (entry) => rmSync(join(parent, entry), { recursive: true, force: true });
  for (const { entry, parts } of entries()) if (parts.length > 1 && !isRunning(Number(parts[1]))) remove(entry);
  // Looked at anew for each: another start may have asked for it meanwhile.
  const isUsed = (folder) => entries().some(({ parts }) => parts.length > 1 && parts[0] === folder);
  for (const { entry, parts } of entries()) if (parts.length === 1 && !isUsed(entry)) remove(entry);
}

function isRunningHere(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return error.code === 'EPERM';
  }
}
