import { type ChildProcess, execFile, fork } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ServerReport } from '@parley/shared/protocol';
import type { OpenBackplane } from '@parley/signaling-server/cluster/backplane.ts';
import { MemoryHub } from '@parley/signaling-server/cluster/testing/memory-hub.ts';
import { FakeClock } from '@parley/signaling-server/testing/fake-clock.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client, PUBLIC_HOST, RoomKey, soon, startTestServer, until } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));
const BASE = { PATH: process.env.PATH ?? '', PUBLIC_HOSTS: PUBLIC_HOST, TRUST_PROXY: '127.0.0.0/8' };

function start(env: Record<string, string>): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  const child = fork(MAIN, [], { env: { ...BASE, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout?.on('data', (part: Buffer) => {
    text += part.toString();
  });
  child.stderr?.on('data', (part: Buffer) => {
    text += part.toString();
  });
  return {
    child,
    output: () => text,
    // Not 'close': Node never tells it after the parent has disconnected the channel.
    ended: soon(
      Promise.all([
        new Promise<number | null>((resolve) => child.once('exit', resolve)),
        new Promise((resolve) => child.stdout?.once('end', resolve)),
        new Promise((resolve) => child.stderr?.once('end', resolve)),
      ]).then(([code]) => code),
      'end of the process',
    ),
  };
}

const report = (child: ChildProcess): Promise<ServerReport> =>
  soon(new Promise((resolve) => child.once('message', (message) => resolve(ServerReport.parse(message)))), 'report');

async function listening(child: ChildProcess): Promise<{ port: number }> {
  const said = await report(child);
  if (said.type !== 'listening') throw new Error(said.code);
  return said;
}

function runToEnd(env: Record<string, string>, args: string[] = []) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...BASE, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("the server's process", () => {
  it('on SIGTERM tells clients to move, closes and exits with 0 (S14, P7)', async () => {
    const { child, output, ended } = start({ PORT: '0', SHUTDOWN_GRACE_MS: '100' });
    const server = await listening(child);
    const client = new Client(server);
    await client.join(new RoomKey());
    child.kill('SIGTERM');
    expect(await client.hear('server:drain')).toEqual({ retryAfterMs: 100 });
    expect((await client.hear('server:closing')).code).toBe('server-draining');
    expect(await ended).toBe(0);
    const messages = output()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['listening', 'seat taken', 'stopping', 'draining', 'closing', 'seat away', 'stopped']);
  });

  it('ends with 0 when it is told to while it is still starting, with a Redis that does not answer (S14, P7)', async () => {
    const silent = createTcpServer();
    const asked = new Promise<void>((resolve) => silent.once('connection', () => resolve()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { child, output, ended } = start({ PORT: '0', REDIS_URL: `redis://127.0.0.1:${port}` });
    await soon(asked, 'question');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output()).toContain('stopped while it was starting');
  });

  it('ends when the app that started it is gone', async () => {
    const { child, ended } = start({ PORT: '0' });
    await listening(child);
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it('says when the port is taken, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await soon(new Promise((resolve) => other.once('listening', resolve)), 'other server');
    const { port } = other.address() as AddressInfo;
    const { child, output, ended } = start({ PORT: String(port) });
    expect(await report(child)).toEqual({ type: 'failed', code: 'port-in-use' });
    expect(await ended).toBe(1);
    expect(output()).toContain('another program is using that port');
  });

  it('writes the password of Redis nowhere when its address cannot be read (S9, S10)', async () => {
    const { code, stdout, stderr } = await runToEnd({ REDIS_URL: 'redis://:s3cr3t/pass+word@127.0.0.1:6379' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('  REDIS_URL: ');
    expect(stderr).toContain('percent-encoded');
    expect(stderr).not.toMatch(/s3cr3t|pass\+word/);
  });

  it('says why it cannot start by code and message, and nothing else that a failure carries (S9)', async () => {
    // An address that no computer has: for documentation only.
    const { code, stdout } = await runToEnd({ PORT: '0', HOST: '203.0.113.1' });
    expect(code).toBe(1);
    const {
      time: _,
      version: __,
      ...said
    } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    // In development its log says first what others could look into.
    expect(stdout).toContain('/_debug');
    expect(said).toEqual({
      level: 'fatal',
      code: 'EADDRNOTAVAIL',
      why: expect.stringContaining('EADDRNOTAVAIL'),
      msg: 'could not start',
    });
  });

  it('names the settings of a certificate and a key that cannot be read, or are none (S10)', async () => {
    const missing = await runToEnd({ PORT: '0', TLS_CERT_FILE: '/nope.pem', TLS_KEY_FILE: '/nope.key' });
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('  TLS_CERT_FILE: /nope.pem cannot be read (ENOENT)');
    expect(missing.stderr).toContain('  TLS_KEY_FILE: /nope.key cannot be read (ENOENT)');
    const none = await runToEnd({ PORT: '0', TLS_CERT_FILE: MAIN, TLS_KEY_FILE: MAIN });
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('  TLS_CERT_FILE, TLS_KEY_FILE: they are no certificate and its key');
  });

  it('does not warn of that in production (S7, S11)', async () => {
    const production = await runToEnd({ PORT: '0', HOST: '203.0.113.1', NODE_ENV: 'production' });
    expect(production.stdout).toContain('could not start');
    expect(production.stdout).not.toContain('/_debug');
  });

  it('names every problem of a wrong environment at once, and exits with 1 (S10)', async () => {
    const { code, stdout, stderr } = await runToEnd({
      PORT: 'seven',
      ROOM_CAPACITY: '0',
      LOG_LEVEL: 'loud',
      TURN_URLS: 'http://turn',
      ADMIN_TOKEN: 'hunter2',
      NODE_ENV: 'production',
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    for (const name of ['PORT', 'ROOM_CAPACITY', 'LOG_LEVEL', 'TURN_URLS', 'TURN_SECRET', 'ADMIN_TOKEN'])
      expect(stderr).toContain(`  ${name}: `);
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toContain('    at ');
  });

  it('prints the table of settings for --help, and knows no other option (S10)', async () => {
    const help = await runToEnd({ PORT: 'seven' }, ['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('SEAT_GRACE_MS');
    expect(help.stdout).toContain('token --help');
    expect((await runToEnd({}, ['--prot', '1'])).code).toBe(2);
  });

  it('says how rights are made wherever help is asked for behind token (S11)', async () => {
    for (const args of [['--help'], ['create', '--help'], ['-h']]) {
      const { code, stdout } = await runToEnd({}, ['token', ...args]);
      expect(code, args.join(' ')).toBe(0);
      expect(stdout).toContain('token create --name NAME');
      expect(stdout).not.toContain('SEAT_GRACE_MS');
    }
  });
});

describe('a server that is stopped while it has something to answer', () => {
  it('answers what it took before its clients are cut off, however late (P7)', async () => {
    const clock = new FakeClock(Date.now());
    let letRead = (): void => {};
    const mayRead = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    const openSlow: OpenBackplane = async (listener) => {
      const plane = new MemoryHub(clock).attach('alone', listener);
      const read = async (keys: readonly string[]) => {
        await mayRead;
        return plane.read(keys);
      };
      return { ...plane, read };
    };
    const server = await startTestServer({}, { clock, backplane: openSlow });
    const ana = new Client(server);
    const challenge = await ana.challenge();
    const key = new RoomKey();
    const joining = ana.tryJoin(key, { challenge });
    // Asked after it on the same socket, so the join was taken.
    await ana.call('turn:get', { roomId: key.roomId });
    const stopped = server.close();
    const isStopping = async () => {
      const outcome = await ana.call('turn:get', { roomId: key.roomId });
      return !outcome.ok && outcome.code === 'server-draining';
    };
    await until(isStopping, 'nothing more is taken');
    clock.advance(3_000);
    letRead();
    expect(await joining).toMatchObject({ ok: true });
    clock.advance(10_000);
    await stopped;
  });
});
