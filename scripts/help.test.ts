import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const run = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], { encoding: 'utf8', timeout: 15_000 });

describe.each([
  ['check.ts', 'npm run check'],
  ['dist.ts', 'npm run dist'],
])('%s', (script, command) => {
  it.each(['--help', '-h'])('says what it does when it is asked by %s, and does nothing', (flag) => {
    const { status, stdout, stderr } = run(script, flag);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.startsWith(`${command} [`)).toBe(true);
    expect(stdout).not.toContain('✓');
  });
});

describe('check.ts', () => {
  it('does nothing for an argument that it does not know', () => {
    const { status, stdout, stderr } = run('check.ts', '--fx');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--fx');
  });
});
