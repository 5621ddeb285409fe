import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NODE, REPOSITORY } from './repository.ts';

const run = promisify(execFile);

async function newestIn(folder: string): Promise<number> {
  let newest = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.includes('.test.')) continue;
    newest = Math.max(newest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
  }
  return newest;
}

/** Makes sure that out/renderer is what the sources say; builds it when a source is newer. */
export async function ensureBuilt(): Promise<void> {
  const page = join(REPOSITORY, 'out/renderer/index.html');
  if (existsSync(page)) {
    const builtAt = (await stat(page)).mtimeMs;
    const sources = await Promise.all(['renderer', 'shared'].map((folder) => newestIn(join(REPOSITORY, folder))));
    if (Math.max(...sources) <= builtAt) return;
  }
  await run(NODE, ['scripts/build.ts'], { cwd: REPOSITORY });
}
