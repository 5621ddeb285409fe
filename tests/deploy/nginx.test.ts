import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, makeCertificate, needProgram, type Program, runProgram, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';
import { startServer, type TestServer } from '#support/server.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/nginx');
const ADMIN_TOKEN = '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31';

describe('nginx as it is shipped, before a real server (S11, S16)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-nginx-'));
  let server: TestServer;
  let nginx: Program;
  let ports: { plain: number; tls: number };
  let certificate: string;

  beforeAll(async () => {
    server = await startServer({
      env: { TRUST_PROXY: '127.0.0.1', ADMIN_TOKEN, PUBLIC_HOSTS: 'localhost', HTTP_PER_MINUTE: '50' },
    });
    ports = { plain: await freePort(), tls: await freePort() };
    const tls = join(folder, 'tls');
    mkdirSync(tls);
    certificate = await makeCertificate(tls);

    // The shipped files; only addresses, ports and places are those of this test. Each of them must be there.
    const adapted = (file: string, changes: [string, string][]) => {
      let text = readFileSync(join(FOLDER, file), 'utf8');
      for (const [from, to] of changes) {
        expect(text, file).toContain(from);
        text = text.replaceAll(from, to);
      }
      writeFileSync(join(folder, file), text);
    };
    adapted('nginx.conf', [
      ['server parley:7350;', `server ${server.host};`],
      ['/etc/parley/nginx/parley.conf', join(folder, 'parley.conf')],
      ['/tmp/nginx.pid', join(folder, 'nginx.pid')],
    ]);
    adapted('parley.conf', [
      ['listen 80;', `listen 127.0.0.1:${ports.plain};`],
      ['listen [::]:80;', ''],
      ['listen 443 ssl;', `listen 127.0.0.1:${ports.tls} ssl;`],
      ['listen [::]:443 ssl;', ''],
      ['/etc/parley/tls', tls],
    ]);
    // Where the programs of other packagings put such files, root's folders among them.
    const kept = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', 'stderr'];
    writeFileSync(
      join(folder, 'nginx.conf'),
      readFileSync(join(folder, 'nginx.conf'), 'utf8').replace('http {', `http {\n  ${kept.join(' ')}`),
    );
    const tested = await runProgram(needProgram('nginx'), ['-t', ...args]);
    expect(tested.code, tested.output).toBe(0);
    expect(tested.output).not.toMatch(/\[(?:warn|emerg)\]/);
    nginx = startProgram(needProgram('nginx'), [...args, '-g', 'daemon off;']);
    await nginx.whenever('nginx to answer', async () => (await get('/health/live')).status === 200);
  });
  afterAll(async () => {
    await nginx?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A request as written, over TLS, with the test's own certificate trusted: nothing tidies the path. */
  const get = (path: string, headers: Record<string, string> = {}, localAddress = '127.0.0.1') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const lines = Object.entries({ host: 'localhost', connection: 'close', ...headers }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      const options: ConnectionOptions & { localAddress: string } = {
        port: ports.tls,
        host: '127.0.0.1',
        localAddress,
        ca: certificate,
        servername: 'localhost',
      };
      const socket = connect(options);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      socket.on('error', reject);
      socket.on('end', () => resolve({ status: Number(answer.split(' ')[1]), body: answer }));
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    });

  it('carries a client to its challenge', async () => {
    const socket = io(`https://localhost:${ports.tls}`, {
      path: SIGNALING_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { v: PROTOCOL_VERSION },
      ca: certificate,
    });
    onTestFinished(() => void socket.disconnect());
    const challenge = await new Promise((resolve, reject) => {
      socket.on('server:challenge', resolve);
      socket.on('connect_error', reject);
    });
    expect(challenge).toMatchObject({ challenge: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it.each([
    '/metrics',
    '/metrics/',
    '/metrics/prometheus',
    '/metrics?x=1',
    '/metrics#x',
    '//metrics',
    '/./metrics',
    '/health/../metrics',
    '/%6detrics',
    '/metrics%2fprometheus',
    '/_debug',
    '/admin',
    '/admin/api/overview',
    '/%61dmin/api/overview',
  ])('keeps %s from the world, even from somebody who has the token', async (path) => {
    expect((await get(path, { authorization: `Bearer ${ADMIN_TOKEN}` })).status).toBe(403);
  });

  it.each(['/METRICS', '/metrics;x', '/metrics%3fx', '/metricsx', '/%2fmetrics', '/metrics%20'])(
    'finds no way around with %s',
    async (path) => {
      const { status, body } = await get(path);
      expect([400, 403, 404]).toContain(status);
      expect(body).not.toContain('parley_');
    },
  );

  it.each(['/', '/health', '/health/live', '/health/ready'])('lets %s through', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  it('tells the server who is really asking, whatever the client says', async () => {
    // A client that claims a new address with each request would never meet the limit of 50.
    const statuses: number[] = [];
    for (let at = 0; at < 60; at += 1) {
      const claimed = `198.51.100.${at}`;
      statuses.push((await get('/', { 'x-forwarded-for': claimed, forwarded: `for=${claimed}` })).status);
    }
    expect(statuses.at(0)).toBe(200);
    expect(statuses.at(-1)).toBe(429);
    // Somebody else behind the same proxy has limits of their own.
    expect((await get('/', {}, '127.0.0.2')).status).toBe(200);
  });

  it('sends everybody who comes without TLS to where it is', async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.plain}/health?x`, { redirect: 'manual' });
    expect(answer.status).toBe(308);
    expect(answer.headers.get('location')).toBe('https://127.0.0.1/health?x');
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
    await expect(
      new Promise((resolve, reject) => {
        const socket = connect({
          port: ports.tls,
          host: '127.0.0.1',
          ca: certificate,
          servername: 'localhost',
          minVersion: version,
          maxVersion: version,
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('secureConnect', () => resolve(socket.destroy()));
        socket.on('error', reject);
      }),
    ).rejects.toThrow(/protocol version|unsupported protocol/);
  });

  it('writes down nobody who did nothing wrong', () => {
    const conf = readFileSync(join(FOLDER, 'parley.conf'), 'utf8');
    expect(conf.match(/^ {2}access_log .*$/gm)).toEqual(conf.match(/^server \{$/gm)?.map(() => '  access_log off;'));
    expect(nginx.output).toContain('GET /metrics ');
    expect(nginx.output).not.toMatch(/GET \/(?:health\/live|parley|) /);
  });
});
