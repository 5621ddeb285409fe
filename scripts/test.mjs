// `npm test`: installs what is missing, checks, builds and runs every test. Plain JavaScript for any Node >= 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printCoverage } from './coverage-lines.mjs';
import { findElectron } from './find-electron.mjs';
import { install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const only = process.argv.slice(2);
const startedAt = Date.now();

const run = (title, command, args, env = {}) =>
  new Promise((resolve) => {
    console.log(`\n— ${title}`);
    const began = Date.now();
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
      env: { ...process.env, ...env },
    });
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => child.kill(signal));
    child.on('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on('exit', (code) => {
      console.log(`${code === 0 ? '✓' : '✗'} ${title}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
      resolve(code === 0);
    });
  });

await install({ say: console.log });
const own = bin('node');
const node = existsSync(own) ? own : process.execPath;

const noElectron =
  'There is no Electron on this computer (ELECTRON_OVERRIDE_DIST_PATH names a folder with one): tests/electron is left out.';
const inElectron =
  findElectron(root) === null ? null : ['Tests in Electron', bin('vitest'), ['run', '--project', 'electron']];

const steps =
  only.length > 0
    ? [
        ['Building the app', node, ['scripts/build.ts']],
        [`Tests: ${only.join(' ')}`, bin('vitest'), ['run', ...only]],
      ]
    : [
        ['Browser and other tools', process.execPath, ['tests/support/install-tools.mjs']],
        ['Format, lint, imports, types', node, ['scripts/check.ts']],
        ['Building the app', node, ['scripts/build.ts']],
        [
          'Unit, contract, integration and deploy tests',
          bin('vitest'),
          [
            'run',
            '--coverage',
            ...['unit', 'contract', 'integration', 'deploy'].flatMap((name) => ['--project', name]),
          ],
        ],
        ['End-to-end tests in Chromium', bin('vitest'), ['run', '--project', 'e2e']],
        ...(inElectron === null ? [] : [inElectron]),
      ];

if (only.length === 0 && inElectron === null) {
  console.error(noElectron);
  if (process.env.CI) process.exit(1);
}

for (const [title, command, args] of steps) {
  if (!(await run(title, command, args))) {
    console.error(`\nStopped: "${title}" failed.`);
    process.exit(1);
  }
}
if (only.length === 0) printCoverage(root);
console.log(`\nAll of it passed in ${((Date.now() - startedAt) / 60_000).toFixed(1)} min.`);
