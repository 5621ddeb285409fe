import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** As npm does it: a shell that runs a script, which runs a program that would never end. */
async function runScript(env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-npm-'));
  const script = join(folder, 'script.mjs');
  const helper = new URL('end-with-npm.mjs', import.meta.url).href;
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process';
     import { endWithNpm } from ${JSON.stringify(helper)};
     const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
     endWithNpm(child);
     child.on('exit', () => process.exit());
     console.log(child.pid);`,
  );
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${script}"; true`], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(shell.stdout, 'data')) as [Buffer];
  const pid = Number(said);
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { shell, pid };
}

it.skipIf(process.platform === 'win32')('what npm runs ends when npm and its shell are gone', async () => {
  const { shell, pid } = await runScript({ npm_lifecycle_event: 'server' });
  expect(isAlive(pid)).toBe(true);
  shell.kill('SIGTERM');
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});
