/**
 * Builds what is older than its sources: the page, and with `--electron` the main process, the preload script and
 * the embedded server. Says what it does; a repeat with nothing changed takes a moment.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
type Part = { name: string; config: string; sources: string[]; result: string };

const parts: Part[] = [
  {
    name: 'the page',
    config: 'renderer/vite.config.ts',
    sources: ['renderer', 'shared'],
    result: 'out/renderer/index.html',
  },
  ...(process.argv.includes('--electron')
    ? [
        {
          name: 'the main process',
          config: 'electron/main/vite.config.ts',
          sources: ['electron/main', 'electron/core', 'shared'],
          result: 'out/main/main.js',
        },
        {
          name: 'the preload script',
          config: 'electron/preload/vite.config.ts',
          sources: ['electron/preload', 'shared'],
          result: 'out/preload/preload.cjs',
        },
        {
          name: 'the embedded server',
          config: 'signaling-server/vite.config.ts',
          sources: ['signaling-server', 'shared'],
          result: 'out/signaling-server/main.js',
        },
      ]
    : []),
];

for (const part of parts) {
  const stamp = join(root, 'node_modules', '.cache', 'parley', `${part.result.replaceAll('/', '-')}.sha256`);
  const hash = hashOf(part);
  if (existsSync(join(root, part.result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) continue;
  const startedAt = performance.now();
  console.log(`Building ${part.name}…`);
  await build({ configFile: join(root, part.config), logLevel: 'warn' });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  console.log(`Built ${part.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

/** Names and contents of everything that goes into a part. */
function hashOf({ sources, config }: Part): string {
  const hash = createHash('sha256');
  const files = sources
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,css,html,svg,json}`, { cwd: root }))
    .filter((file) => !/\.test\.tsx?$|node_modules/.test(file));
  for (const file of [config, 'package-lock.json', ...files.sort()]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}
