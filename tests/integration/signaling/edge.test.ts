import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '#support/programs.ts';
import { soon, startTestServer, until } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../../signaling-server/src/main.ts', import.meta.url));

function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return soon(new Promise((resolve) => socket.once('connect', () => resolve(socket))), 'connection');
}

/** The answer to these bytes, until the far end closes or `enough` of it is there. */
async function said(port: number, bytes: string, enough: RegExp): Promise<string> {
  const socket = await openConnection(port);
  let text = '';
  const heard = new Promise<string>((resolve) => {
    socket.on('data', (part: Buffer) => {
      text += part.toString();
      if (enough.test(text)) resolve(text);
    });
    socket.on('close', () => resolve(text));
  });
  socket.write(bytes);
  return soon(heard, 'answer');
}

const keepAliveOf = (port: number): Promise<string> =>
  soon(
    new Promise((resolve, reject) => {
      const asked = request({ port, path: '/health/live', headers: { connection: 'keep-alive' } }, (answer) => {
        answer.resume();
        resolve(String(answer.headers['keep-alive']));
      });
      asked.on('error', reject);
      asked.end();
    }),
    'answer',
  );

describe('requests through proxies (S11)', () => {
  it('may follow each other for longer than any proxy keeps an idle connection', async () => {
    expect(await keepAliveOf((await startTestServer()).port)).toBe('timeout=125');
    expect(await keepAliveOf((await startTestServer({ TRUST_PROXY: '' })).port)).toBe('timeout=5');
  });

  it('are answered without a Host, and in the absolute form', async () => {
    const { port } = await startTestServer();
    for (const head of [
      'GET /health/live HTTP/1.1\r\n\r\n',
      'GET /health/live HTTP/1.0\r\n\r\n',
      'GET http://parley.test/health/live HTTP/1.1\r\nHost: parley.test\r\n\r\n',
      'GET http://parley.test?x=1 HTTP/1.1\r\nHost: parley.test\r\n\r\n',
    ])
      expect(await said(port, head, /\r\n\r\n\{.*\}$/s), head).toContain(' 200 OK');
  });
});

describe('a server that is full', () => {
  it('answers monitors all the same (S5)', async () => {
    const server = await startTestServer({ MAX_CONNECTIONS: '2' });
    for (let n = 0; n < 5; n++) await openConnection(server.port);
    for (const path of ['/health/live', '/metrics', '/about'])
      expect((await fetch(`${server.url}${path}`)).status, path).toBe(200);
  });
});

/** A server in a process of its own, started by a shell. Resolves when it listens. */
async function startProcess(
  env: Record<string, string>,
  prefix = '',
): Promise<{ port: number; output: () => string; stopReading(): void }> {
  const port = await freePort();
  const child = spawn('sh', ['-c', `${prefix}exec "$NODE" "$MAIN"`], {
    env: {
      PATH: process.env.PATH ?? '',
      NODE: process.execPath,
      MAIN,
      PORT: String(port),
      HTTP_PER_MINUTE: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await until(() => text.includes('listening'), 'listening');
  return { port, output: () => text, stopReading: () => void child.stdout.pause() };
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('the process (S9, P3)', () => {
  it.each(['true', 'false'])('goes on when nobody reads its output, LOG_PRETTY=%s', async (LOG_PRETTY) => {
    const { port, stopReading } = await startProcess({ LOG_PRETTY, LOG_LEVEL: 'trace' });
    stopReading();
    for (let n = 0; n < 40; n++) {
      const answers = Array.from({ length: 25 }, () =>
        fetch(`http://127.0.0.1:${port}/nothing-here-${'x'.repeat(200)}`),
      );
      const statuses = (await soon(Promise.all(answers), 'answers')).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([404]));
    }
  });

  it('says so when it has no file descriptors left, and when it has again', async () => {
    const { port, output } = await startProcess({}, 'ulimit -n 64; ');
    const open = await Promise.all(Array.from({ length: 80 }, () => openConnection(port)));
    await until(() => output().includes('no file descriptors left'), 'warned');
    for (const socket of open) socket.destroy();
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined);
      return answer?.status === 200;
    }, 'back');
  });

  it.each([{}, { HOST: '127.0.0.2' }, { HOST: '0.0.0.0', TLS: 'yes' }])(
    'is asked how it is by `health`: %j (S16)',
    async ({ TLS, ...host }) => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-health-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      await makeCertificate(folder);
      const env = {
        ...host,
        ...(TLS ? { TLS_CERT_FILE: join(folder, 'fullchain.pem'), TLS_KEY_FILE: join(folder, 'privkey.pem') } : {}),
      };
      const { port } = await startProcess(env);
      const health = (PORT: number) =>
        new Promise<number>((resolve) => {
          const settings = { PATH: process.env.PATH ?? '', ...env, PORT: String(PORT) };
          execFile(process.execPath, [MAIN, 'health'], { env: settings }, (error) =>
            resolve(error ? Number(error.code) : 0),
          );
        });
      expect(await health(port)).toBe(0);
      expect(await health(await freePort())).toBe(1);
    },
  );
});
