/**
 * Builds what runs: `node scripts/build.ts [renderer] [main] [preload] [signaling-server]`, all of it without names.
 * A part whose sources are as they were is left alone; `--force` builds it all the same.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { type BuildPart, buildDue, forgetBuilt, noteBuilt, PARTS, sourceHash } from './build-stamp.mjs';

const root = join(import.meta.dirname, '..');

const configs: Record<BuildPart, readonly string[]> = {
  renderer: ['renderer/vite.config.ts'],
  main: ['electron/main/vite.config.ts'],
  preload: ['electron/preload/vite.config.ts'],
  // The admin page goes into a folder beside the bundle, which empties its own first.
  'signaling-server': ['signaling-server/vite.config.ts', 'signaling-server/admin/vite.config.ts'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { force: { type: 'boolean', default: false } },
});
const isPart = (name: string): name is BuildPart => Object.hasOwn(PARTS, name);
const unknown = positionals.filter((name) => !isPart(name));
if (unknown.length > 0) {
  console.error(`There is no part named ${unknown.join(', ')}; the parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const wanted = positionals.length > 0 ? positionals.filter(isPart) : Object.keys(PARTS).filter(isPart);
// For test runs too: the app must never start with React's development build.
process.env.NODE_ENV = 'production';
for (const part of wanted) {
  if (!values.force && !buildDue(part)) continue;
  const startedAt = performance.now();
  const hash = sourceHash(part);
  forgetBuilt(part);
  for (const config of configs[part]) {
    await build({ configFile: join(root, config), logLevel: 'warn', mode: 'production' });
  }
  noteBuilt(part, hash);
  console.error(`Built ${part} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}
