import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const LOADED = `
  await import('./server.ts');
  const heavy = /deps\\/undici\\/undici$/;
  console.log(process.moduleLoadList.filter((name) => heavy.test(name)).join());
`;

it("does without Node's HTTP client, which takes 13 MiB", async () => {
  const args = ['--no-warnings', '--input-type=module', '-e', LOADED];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: `${import.meta.dirname}/..` });
  expect(stdout.trim()).toBe('');
});
