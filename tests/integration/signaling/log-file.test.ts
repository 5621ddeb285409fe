import { type ChildProcess, execFile, fork } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ServerReport } from '@parley/shared/protocol';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { soon } from './harness.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The shipped bundle: without node_modules beside it, so that nothing can be loaded from there by its path. */
const bundle = mkdtempSync(join(tmpdir(), 'parley-bundle-'));
const MAIN = join(bundle, 'main.js');

beforeAll(async () => {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const config = join(ROOT, 'signaling-server', 'vite.config.ts');
  const args = [vite, 'build', '--config', config, '--outDir', bundle, '--emptyOutDir', '--logLevel', 'error'];
  await run(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } });
});
afterAll(() => rmSync(bundle, { recursive: true }));

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function start(env: Record<string, string>, stdout: 'pipe' | number = 'pipe') {
  const child = fork(MAIN, [], {
    cwd: bundle,
    env: { PATH: process.env.PATH ?? '', PORT: '0', SHUTDOWN_GRACE_MS: '0', ...env },
    stdio: ['ignore', stdout, 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout?.on('data', (part: Buffer) => (said += part.toString()));
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  return {
    child,
    said: () => said,
    ended: soon(
      Promise.all([
        new Promise<number | null>((resolve) => child.once('exit', resolve)),
        ...streams.map((stream) => new Promise<void>((resolve) => stream.once('end', resolve))),
      ]).then(([code]) => code),
      'end of the process',
    ),
  };
}

async function listening(child: ChildProcess): Promise<string> {
  const report = new Promise((resolve) => child.once('message', resolve));
  const said = ServerReport.parse(await soon(report, 'report'));
  if (said.type !== 'listening') throw new Error(said.code);
  return `http://127.0.0.1:${said.port}`;
}

const messagesIn = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe('the log file of the server as it ships (S9)', () => {
  it('is written beside standard output, followed by the next, and whole when the server has stopped', async () => {
    const folder = emptyFolder();
    // Full files of an earlier run; the last has room for little.
    for (const n of [1, 2, 3, 4]) writeFileSync(join(folder, `parley.${n}.log`), `${'x'.repeat(2 ** 20 - 200)}\n`);
    const { child, said, ended } = start({
      LOG_FILE: join(folder, 'parley.log'),
      LOG_FILE_MAX_MB: '1',
      LOG_FILES_KEPT: '2',
      LOG_LEVEL: 'debug',
    });
    const url = await listening(child);
    for (let n = 0; n < 10; n++) await (await fetch(`${url}/health/live`)).text();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const names = readdirSync(folder).sort();
    expect(names).toEqual(expect.arrayContaining(['parley.3.log', 'parley.4.log', 'parley.5.log']));
    // The oldest are looked for while the next is being opened, so it may not be counted yet.
    expect(names.length).toBeLessThanOrEqual(4);
    expect(names).not.toContain('parley.1.log');
    expect(statSync(join(folder, 'parley.5.log')).mode & 0o777).toBe(0o600);
    const written = readFileSync(join(folder, 'parley.4.log'), 'utf8').split('\n').slice(1).join('\n');
    const all = written + readFileSync(join(folder, 'parley.5.log'), 'utf8');
    expect(messagesIn(all)).toContain('request answered');
    expect(messagesIn(all).at(-1)).toBe('stopped');
    expect(all).toBe(said());
  });

  it('stops the start with one sentence when it cannot be written', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'parley.1.log'));
    const { child, said, ended } = start({ LOG_FILE: join(folder, 'parley.log') });
    const report = soon(new Promise((resolve) => child.once('message', resolve)), 'report');
    expect(await report).toEqual({ type: 'failed', code: 'configuration-invalid' });
    expect(await ended).toBe(1);
    expect(said()).toBe(
      `The configuration is not valid:\n  LOG_FILE: ${join(folder, 'parley.1.log')} cannot be written: it is a folder\n--help lists every setting.\n`,
    );
  });

  it.runIf(existsSync('/dev/full'))('may fill its disk: the server answers, says so, and stops in order', async () => {
    const folder = emptyFolder();
    symlinkSync('/dev/full', join(folder, 'parley.1.log'));
    onTestFinished(() => unlinkSync(join(folder, 'parley.1.log')));
    const { child, said, ended } = start({ LOG_FILE: join(folder, 'parley.log'), LOG_LEVEL: 'debug' });
    const url = await listening(child);
    for (let n = 0; n < 5; n++) expect((await fetch(`${url}/health/live`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(messagesIn(said()).filter((message) => message.startsWith('the log file cannot be written'))).toHaveLength(
      1,
    );
    expect(said()).toContain('"code":"ENOSPC"');
    expect(messagesIn(said()).at(-1)).toBe('stopped');
  });

  it.runIf(existsSync('/dev/full'))('outlives a standard output that takes nothing', async () => {
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    const folder = emptyFolder();
    const { child, ended } = start({ LOG_FILE: join(folder, 'parley.log'), LOG_LEVEL: 'debug' }, full);
    const url = await listening(child);
    for (let n = 0; n < 5; n++) expect((await fetch(`${url}/health/live`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(messagesIn(readFileSync(join(folder, 'parley.1.log'), 'utf8')).at(-1)).toBe('stopped');
  });
});
