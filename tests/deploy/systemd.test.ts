import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, SETTINGS } from '@parley/signaling-server/config.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { needProgram, runProgram } from '#support/programs.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';

const NAME = 'parley-signaling.service';
const unit = readFileSync(join(REPOSITORY, 'build/deploy/systemd', NAME), 'utf8');
const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

/** The unit where systemd-analyze can look at it: Node is where this test's is. */
function unitFile(text = unit): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-systemd-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, NAME);
  writeFileSync(file, text.replace('ExecStart=/usr/bin/node', `ExecStart=${NODE}`));
  return file;
}

const analyze = (...args: string[]) => runProgram(needProgram('systemd-analyze'), ['--no-pager', ...args]);

describe('the systemd unit (S16)', () => {
  it('has nothing in it that systemd does not know', async () => {
    expect(await analyze('verify', unitFile())).toEqual({ code: 0, output: '' });
    // systemd names what it does not know and goes on, with 0: the empty output is the check.
    const misspelt = await analyze('verify', unitFile(unit.replace('NoNewPrivileges', 'NoNewPriviliges')));
    expect(misspelt.output).toContain('NoNewPriviliges');
  });

  it('leaves the server as little of the machine as systemd can tell', async () => {
    // Tenths, of 100: 13 when written. The rest is the network, and memory that V8 writes code into.
    const { code, output } = await analyze('security', '--offline=yes', '--threshold=15', unitFile());
    expect(code, output).toBe(0);
  });

  it('gives the server only settings that it knows, and the time that an orderly stop takes', () => {
    const given = Object.fromEntries(
      value('Environment')
        .split(' ')
        .map((pair) => pair.split('=') as [string, string]),
    );
    expect(Object.keys(given).filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
    expect(readConfig({ ...given, TRUST_PROXY: '127.0.0.1', PUBLIC_HOSTS: 'parley.example.org' }).ok).toBe(true);
    // Where TOKEN_FILE and LOG_FILE may lie, for the user that the guide has `token` run as.
    expect(value('StateDirectory')).toBe('parley');
    expect(value('StateDirectoryMode')).toBe('0700');
    const guide = readFileSync(join(REPOSITORY, 'docs/self-hosting.md'), 'utf8');
    expect(guide).toContain(`-p User=${value('User')} -p StateDirectory=${value('StateDirectory')}`);
    expect(guide).toContain(`-p EnvironmentFile=${value('EnvironmentFile')}`);
    expect(guide).toContain(`${value('WorkingDirectory')}/main.js token`);
    expect(value('KillSignal')).toBe('SIGTERM');
    expect(Number(value('TimeoutStopSec'))).toBeGreaterThanOrEqual(30);
    expect(unit).not.toMatch(/(?:SECRET|TOKEN|PASSWORD)=\S/);
  });
});
