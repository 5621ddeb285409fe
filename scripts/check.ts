import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `npm run check [-- --fix]

Checks format, lint with the import table, and the types of every folder. Changes nothing; with --fix it mends what can
be mended. Ends with 0 when nothing is wrong.`;

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const { fix } = readArguments();

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

function readArguments(): { fix: boolean } {
  try {
    const { values } = parseArgs({
      options: { fix: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (!values.help) return values;
    console.log(HELP);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}
