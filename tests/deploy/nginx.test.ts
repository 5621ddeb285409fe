import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { PROTOCOL_VERSION, SIGNALING_PATH } from '@parley/shared/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, makeCertificate, needProgram, type Program, runProgram, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';
import { startServer, type TestServer } from '#support/server.ts';
import { pause } from '#support/wait.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/nginx');
const ADMIN_TOKEN = '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31';

const GUIDE = readFileSync(join(REPOSITORY, 'docs/self-hosting.md'), 'utf8');
/** The guide's commands under a heading, one a line. */
const guided = (heading: string): string[] => {
  const [, section = ''] = new RegExp(`^## ${heading}\n([\\s\\S]*?)^## `, 'm').exec(GUIDE) ?? [];
  const [, block = ''] = /^```\n([\s\S]*?)^```/m.exec(section) ?? [];
  return block.trim().split('\n');
};

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
      ['/var/www/html', join(folder, 'html')],
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
  const get = (path: string, headers: Record<string, string> = {}, localAddress = '127.0.0.1', written?: string) =>
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
      socket.write(written ?? `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
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
      socket.on('connect', () => resolve(socket.io.engine.id));
      socket.on('connect_error', reject);
    });
    expect(challenge).toMatch(/^[\w-]{43}$/);
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

  it('takes HTTP/1.0 without Host, as load balancers check with', async () => {
    expect((await get('/health/live', {}, '127.0.0.1', 'GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('answers a certificate authority without TLS, and only there', async () => {
    const challenges = join(folder, 'html/.well-known/acme-challenge');
    mkdirSync(challenges, { recursive: true });
    // nginx's workers are another user.
    chmodSync(folder, 0o755);
    writeFileSync(join(challenges, 'token'), 'token.thumbprint');
    const ask = (path: string) => fetch(`http://127.0.0.1:${ports.plain}${path}`, { redirect: 'manual' });
    const answer = await ask('/.well-known/acme-challenge/token');
    expect([answer.status, await answer.text()]).toEqual([200, 'token.thumbprint']);
    expect((await ask('/.well-known/acme-challenge/other')).status).toBe(404);
    expect((await ask('/.well-known/else')).status).toBe(308);
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

describe("Debian's nginx after the commands of the guide (S16)", () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-nginx-guide-'));
  const etc = join(folder, 'etc');
  let server: TestServer;
  let nginx: Program;
  let certificate: string;
  let port: number;
  /** The load balancer of the guide. */
  const BALANCER = '127.0.0.9';

  beforeAll(async () => {
    server = await startServer({
      env: {
        TRUST_PROXY: '127.0.0.1',
        PUBLIC_HOSTS: 'localhost',
        SOCKETS_PER_ADDRESS: '0',
        SOCKETS_PER_MINUTE: '0',
        HTTP_PER_MINUTE: '20',
      },
    });
    port = await freePort();
    const plain = await freePort();
    certificate = await makeCertificate(folder);
    // As Debian's package has it.
    for (const name of ['conf.d', 'modules-enabled', 'sites-enabled']) mkdirSync(join(etc, name), { recursive: true });
    writeFileSync(join(etc, 'sites-enabled/default'), 'server { listen 80 default_server; }\n');
    writeFileSync(
      join(etc, 'nginx.conf'),
      `user www-data;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
include ${etc}/modules-enabled/*.conf;
events {
\tworker_connections 768;
}
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  access_log off;
  include ${etc}/conf.d/*.conf;
  include ${etc}/sites-enabled/*;
}
`,
    );
    const commands = guided('nginx').filter((command) => !command.startsWith('nginx -t'));
    expect(commands).toHaveLength(5);
    for (const command of commands) {
      const here = command
        .replaceAll('/etc/nginx', etc)
        .replaceAll('/opt/parley-signaling', REPOSITORY)
        .replace('127.0.0.1:7350', server.host)
        // A container may have a hard limit below Debian's 524,288.
        .replace('worker_rlimit_nofile 65536', 'worker_rlimit_nofile 8192');
      const { code, output } = await runProgram('/bin/sh', ['-c', here]);
      expect(code, output).toBe(0);
    }
    const balancer = /^(set_real_ip_from [\s\S]*?)^```/m.exec(GUIDE)?.[1] ?? '';
    writeFileSync(join(etc, 'conf.d/parley-real-ip.conf'), balancer.replace('192.0.2.1', BALANCER));
    const conf = join(etc, 'conf.d/parley.conf');
    writeFileSync(
      conf,
      readFileSync(conf, 'utf8')
        .replace('listen 80;', `listen 127.0.0.1:${plain};`)
        .replace('listen [::]:80;', '')
        .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
        .replace('listen [::]:443 ssl;', '')
        .replaceAll('/etc/parley/tls', folder),
    );
    const program = needProgram('nginx');
    const args = ['-c', join(etc, 'nginx.conf'), '-p', folder, '-e', 'stderr'];
    const tested = await runProgram(program, ['-t', ...args]);
    expect(tested.code, tested.output).toBe(0);
    expect(tested.output).not.toMatch(/\[emerg\]/);
    // As many descriptors as Debian gives a service.
    nginx = startProgram('/bin/sh', ['-c', `ulimit -Sn 1024; exec ${program} ${args.join(' ')} -g 'daemon off;'`]);
    await nginx.whenever('nginx to answer', async () =>
      (await ask('GET /health/live HTTP/1.0\r\n\r\n')).includes('200'),
    );
  });
  afterAll(async () => {
    await nginx?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const opened = (localAddress?: string) =>
    connect({
      port,
      host: '127.0.0.1',
      ca: certificate,
      servername: 'localhost',
      ...(localAddress === undefined ? {} : { localAddress }),
    } as ConnectionOptions);
  /** The first line of the answer. */
  const ask = (request: string, socket = opened()) =>
    new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
      socket.once('data', (data: Buffer) => resolve(data.toString().split('\r\n')[0] ?? ''));
      socket.write(request);
    });

  it('holds 600 people with one worker: 506 was all that its own limits let in', async () => {
    const upgrade = [
      `GET ${SIGNALING_PATH}/?EIO=4&transport=websocket HTTP/1.1`,
      'Host: localhost',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '',
      '',
    ].join('\r\n');
    const sockets: TLSSocket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    // On a busy machine the server itself may put newcomers off with 503; nginx without descriptors answers 500, or not at all.
    // The server's own refusal is asked again, as it tells clients to; the test's time bounds how often.
    const comeIn = async (): Promise<string> => {
      const socket = opened();
      sockets.push(socket);
      const answer = await ask(upgrade, socket).catch(String);
      return answer.includes(' 503 ') ? pause(2_000).then(comeIn) : answer;
    };
    const answers = await Promise.all(Array.from({ length: 600 }, comeIn));
    expect(answers.filter((answer) => !answer.includes(' 101 '))).toEqual([]);
  });

  it('tells people apart who come through a load balancer', async () => {
    const asks = (person: string) =>
      ask(
        `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-For: ${person}\r\n\r\n`,
        opened(BALANCER),
      );
    let last = '';
    for (let at = 0; at < 25; at += 1) last = await asks('198.51.100.1');
    expect(last).toContain('429');
    expect(await asks('198.51.100.2')).toContain('200');
  });
});
