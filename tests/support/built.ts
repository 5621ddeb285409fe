import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NODE, REPOSITORY } from './repository.ts';

const run = promisify(execFile);
let built: Promise<unknown> | undefined;

/** Makes sure, once per process, that out/renderer is what the sources say. */
export async function ensureBuilt(): Promise<void> {
  built ??= run(NODE, ['scripts/build.ts'], { cwd: REPOSITORY });
  await built;
}
