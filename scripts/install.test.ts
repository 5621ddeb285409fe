import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNode, install, installDue, nodeRefusal, npmCommand } from './install.mjs';

describe('the Node that starts Parley', () => {
  it.each(['20.0.0', '22.3.1', '24.21.0', '100.0.0'])('may be %s', (version) => {
    expect(nodeRefusal(version)).toBeNull();
  });
  it.each(['18.20.0', '19.9.0', '6.0.0'])('may not be %s, and one sentence says so', (version) => {
    expect(nodeRefusal(version)).toMatch(/^Parley needs Node 20 or newer .*\.$/);
  });
});

describe('installing', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'parley-install-'));
    writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion":3}');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** As npm leaves it; `at` is in seconds after 1970. */
  const installed = (at: number) => {
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), '{}');
    utimesSync(join(root, 'node_modules', '.package-lock.json'), at, at);
  };
  const lockfileFrom = (at: number) => utimesSync(join(root, 'package-lock.json'), at, at);
  const said: string[] = [];
  const say = (line: string) => said.push(line);

  it('is due in a fresh clone', () => {
    expect(installDue(root)).toBe('missing');
  });

  it('is due when the lockfile is newer than what was installed by hand, and not when it is older', () => {
    installed(1_000);
    lockfileFrom(2_000);
    expect(installDue(root)).toBe('changed');
    lockfileFrom(500);
    expect(installDue(root)).toBeNull();
  });

  it('says and does nothing when nothing is due; from then on the content decides and not the time', async () => {
    installed(1_000);
    lockfileFrom(500);
    await install({ root, say });
    expect(said).toEqual([]);
    lockfileFrom(5_000);
    expect(installDue(root)).toBeNull();
    writeFileSync(join(root, 'package-lock.json'), '{"lockfileVersion":3,"packages":{}}');
    lockfileFrom(100);
    expect(installDue(root)).toBe('changed');
  });

  it('waits for another command that installs already, and then has nothing to do', async () => {
    const turn = join(root, '.parley', 'installing.pid');
    mkdirSync(join(root, '.parley'));
    // Somebody who is alive for as long as this test runs.
    writeFileSync(turn, String(process.ppid));
    const words: string[] = [];
    let finished: Promise<void> | undefined;
    const waiting = new Promise<void>((resolve) => {
      const say = (line: string) => {
        words.push(line);
        resolve();
      };
      finished = install({ root, say });
    });
    await waiting;
    installed(2_000);
    lockfileFrom(1_000);
    rmSync(turn);
    await finished;
    expect(words).toEqual(['Another command is installing already: waiting for it…']);
    expect(existsSync(turn)).toBe(false);
  });

  it('uses the npm that runs it, and on Windows finds it through the shell', () => {
    expect(npmCommand({ npm_execpath: '/npm/bin/npm-cli.js' }, 'linux')).toEqual({
      command: process.execPath,
      args: ['/npm/bin/npm-cli.js'],
      shell: false,
    });
    expect(npmCommand({}, 'linux')).toEqual({ command: 'npm', args: [], shell: false });
    expect(npmCommand({ npm_execpath: '/yarn.js' }, 'win32')).toEqual({ command: 'npm.cmd', args: [], shell: true });
  });

  it('falls back to the Node that runs it where the project brings none', () => {
    expect(findNode(root)).toBe(process.execPath);
  });
});
