import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ensureBuilt } from '../../tests/support/built.ts';
import { REPOSITORY } from '../../tests/support/repository.ts';
import type { BenchRow } from '../bench-row.ts';

const FIRST_SCREEN = /<(?:script[^>]+src|link[^>]+rel="(?:stylesheet|modulepreload)"[^>]+href)="([^"]+)"/g;

/** The files that the first screen loads before it can be used: the scripts and styles that index.html names, gzipped. */
export async function run(): Promise<BenchRow[]> {
  await ensureBuilt();
  const out = join(REPOSITORY, 'out/renderer');
  const html = await readFile(join(out, 'index.html'), 'utf8');
  const named = [...html.matchAll(FIRST_SCREEN)]
    .map((match) => match[1] ?? '')
    .filter((path) => /\.(js|css)$/.test(path));
  if (named.length === 0) throw new Error('out/renderer/index.html names no script');
  let zipped = 0;
  let plain = 0;
  for (const path of new Set(named)) {
    const bytes = await readFile(join(out, path));
    plain += bytes.length;
    zipped += gzipSync(bytes).length;
  }
  let everything = 0;
  for (const entry of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) everything += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return [
    {
      name: 'first screen, JS + CSS, gzip',
      value: zipped / 1000,
      unit: 'kB',
      comparedWith: `uncompressed ${(plain / 1000).toFixed(0)} kB`,
      ratio: zipped / plain,
      goal: '≤ 250 kB',
    },
    { name: 'everything in out/renderer, fonts too', value: everything / 1000, unit: 'kB' },
  ];
}
