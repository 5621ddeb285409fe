// Runs one of the project's commands: installs what is missing, then hands over to the Node that the project brings.
// Plain JavaScript without dependencies, because it is the first thing that runs in a fresh clone, on any Node >= 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDue } from './build-stamp.mjs';
import { endWithNpm } from './end-with-npm.mjs';
import { install } from './install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  console.error('usage: node scripts/run.mjs <script> [arguments]');
  process.exit(2);
}

// Standard output belongs to the command (some print JSON there); what is said about the way goes to standard error.
await install({ say: (line) => console.error(line) });

const own = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const node = existsSync(own) ? own : process.execPath;
// A server with an admin shows them a page, and that is built.
if (script === 'signaling-server/src/main.ts' && process.env.ADMIN_TOKEN && buildDue('signaling-server', root)) {
  console.error('Building the admin page.');
  const built = spawnSync(node, [join(root, 'scripts', 'build.ts'), 'signaling-server'], {
    cwd: root,
    stdio: [0, 2, 2],
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
const child = spawn(node, [join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
  },
});
endWithNpm(child);
// The child gets the terminal's signals itself; this process only waits to pass on how it ended.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('error', (error) => {
  console.error(`${script} could not be started: ${error.message}`);
  process.exit(1);
});
// As a shell says it: 128 and the signal's number.
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
