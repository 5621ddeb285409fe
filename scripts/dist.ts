import { spawn } from 'node:child_process';
import { join, relative } from 'node:path';
import { PARTS } from './build-stamp.mjs';
import { packServer } from './server-package.ts';

const HELP = `npm run dist [-- --linux|--mac|--win] [--dir]
npm run dist -- server

Builds everything and packs installers into release/. Without a system it packs for this one; --dir leaves an unpacked
folder instead of installers. With "server" it packs the signaling server alone, as an npm package that depends on
nothing. Publishes nothing.`;

const root = join(import.meta.dirname, '..');

/** Runs a script of a package under this same Node; resolves with its exit code. */
const run = (script: string, args: readonly string[]) =>
  new Promise<number>((resolve) => {
    spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' })
      .on('error', () => resolve(1))
      .on('exit', (code) => resolve(code ?? 1));
  });

const [what, ...more] = process.argv.slice(2);
if (process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h')) {
  console.log(HELP);
  process.exit(0);
}
if (what === 'server' && more.length > 0) {
  console.error(`Unknown: ${more.join(' ')}. The server is packed without options.`);
  process.exit(2);
}
const built = await run('scripts/build.ts', what === 'server' ? ['signaling-server'] : Object.keys(PARTS));
if (built !== 0) process.exit(built);
if (what === 'server') {
  console.log(`Packed: ${relative(root, await packServer())}`);
  process.exit(0);
}
const packed = await run('node_modules/electron-builder/cli.js', [
  '--config',
  'build/electron-builder.yml',
  '--publish',
  'never',
  ...process.argv.slice(2),
]);
if (packed === 0) console.log('The packages lie in release/.');
process.exit(packed);
