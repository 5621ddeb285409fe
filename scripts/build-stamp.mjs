// Tells whether what lies in out/ was built from the sources as they are now, by their content.
// Plain JavaScript without dependencies: the start script asks before anything else runs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The sources of each part of the build, and a file that must be there afterwards. */
export const PARTS = {
  renderer: { sources: ['renderer', 'shared', 'package-lock.json'], output: 'out/renderer/index.html' },
  main: {
    sources: ['electron/main', 'electron/core', 'shared', 'package-lock.json'],
    output: 'out/main/main.js',
  },
  preload: { sources: ['electron/preload', 'shared', 'package-lock.json'], output: 'out/preload/preload.cjs' },
  'signaling-server': {
    sources: ['signaling-server', 'shared', 'package-lock.json'],
    output: 'out/signaling-server/main.js',
  },
};

const IGNORED = /(?:^|\/)(?:node_modules|testing)(?:\/|$)|\.test\.tsx?$|\.md$|\.snap$/;

/** The hash of files and folders below `root`, by their names and content. Files that only tests and readers need are left out. */
export function hashOf(root, sources) {
  const hash = createHash('sha256');
  const add = (path) => {
    const name = relative(root, path).split(sep).join('/');
    if (IGNORED.test(name)) return;
    hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
  };
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    const entries = readdirOrNull(path);
    if (entries === null) add(path);
    else for (const entry of entries) if (entry.isFile()) add(pathOf(entry));
  }
  return hash.digest('hex');
}

// Early versions of Node 20 know the folder by another name.
const pathOf = (entry) => join(entry.parentPath ?? entry.path, entry.name);

function readdirOrNull(path) {
  try {
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  } catch (error) {
    if (error.code === 'ENOTDIR') return null;
    throw error;
  }
}

// Beside what npm installed: what lies in out/ ships with the app.
const stampOf = (root, part) => join(root, 'node_modules', '.cache', 'parley', 'built', `${part}.sha256`);

/** The hash of a part's sources. Take it before building: what changes meanwhile must be built again. */
export const sourceHash = (part, root = projectRoot) => hashOf(root, PARTS[part].sources);

/** Whether a part has to be built. */
export function buildDue(part, root = projectRoot) {
  if (!existsSync(join(root, PARTS[part].output)) || !existsSync(stampOf(root, part))) return true;
  return readFileSync(stampOf(root, part), 'utf8') !== sourceHash(part, root);
}

/** Forgets that a part was built, before its folder is touched. */
export const forgetBuilt = (part, root = projectRoot) => rmSync(stampOf(root, part), { force: true });

/** Notes that a part was built from sources with this hash. */
export function noteBuilt(part, hash, root = projectRoot) {
  mkdirSync(dirname(stampOf(root, part)), { recursive: true });
  writeFileSync(stampOf(root, part), hash);
}
