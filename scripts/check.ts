/**
 * `npm run check`: format, lint with the import table, and types of every folder. Changes nothing;
 * `npm run check -- --fix` mends what can be mended.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const fix = process.argv.includes('--fix');

const steps = [
  { name: 'format and lint (Biome)', command: bin('biome'), args: ['check', ...(fix ? ['--write'] : []), '.'] },
  {
    name: 'imports and promises (oxlint)',
    command: bin('oxlint'),
    args: ['--type-aware', ...(fix ? ['--fix'] : []), '.'],
  },
  { name: 'types (TypeScript)', command: bin('tsc'), args: ['-b', '--pretty'] },
];

let failed = 0;
for (const { name, command, args } of steps) {
  const startedAt = performance.now();
  const code = await new Promise<number>((resolve) => {
    spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
      .on('error', () => resolve(1))
      .on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name}, ${seconds} s`);
  if (code !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
