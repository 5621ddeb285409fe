// Lays the built app into a folder of its own as it is shipped: manifest, what was built, and the packages that are not
// in the bundles. Plain JavaScript without dependencies, like the scripts that import it.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
 * Empties `folder`, lays the app into it and returns the switches that the Electron in `dist` needs to start it. The app
 * has to be built.
 */
export function stageApp({ root = projectRoot, dist, folder }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  cpSync(join(root, 'out'), join(folder, 'out'), { recursive: true });
  for (const [name, from] of productionPackages(root)) {
    cpSync(from, join(folder, 'node_modules', name), { recursive: true, dereference: true });
  }
  if (!isElectron33(dist)) return [];
  adaptTo33({ dist, folder, node: findNode(root) });
  return [...SWITCHES_33];
}
