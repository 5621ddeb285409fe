import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, type Program, runProgram, startProgram } from '#support/programs.ts';
import { startRedis } from '#support/redis.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';
import { until } from '#support/wait.ts';
import { Client } from '../integration/signaling/harness.ts';

const readText = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

const VERSION = (JSON.parse(readText('signaling-server/package.json')) as { version: string }).version;

/** The commands of the block in which the guide says how to start a server that has `word` in it, one a line. */
function guidedCommands(word: string): string[] {
  const [, section = ''] = /^## Start it\n([\s\S]*?)^## /m.exec(readText('docs/self-hosting.md')) ?? [];
  const blocks = [...section.matchAll(/^```\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return (blocks.find((block) => block.includes(word)) ?? '').trim().split('\n');
}

/** One of them as whoever reads the guide would type it: in a shell, with nothing of this test's surroundings. */
const shell = (command: string, cwd: string, env: Record<string, string>) =>
  ['/bin/sh', ['-c', command], { cwd, env }] as const;

describe('the server, packed, installed and started by the guide’s own commands (S16)', () => {
  const [pack = '', install = '', start = '', ...others] = guidedCommands('npm run dist');
  const home = mkdtempSync(join(tmpdir(), 'parley-packed-'));
  // As empty as a folder can be: in that of a person who keeps other packages there.
  const folder = join(home, 'parley-server');
  const installed = join(folder, 'node_modules/@parley/signaling-server');
  const bin = join(home, 'bin');
  const machine = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, npm_config_cache: join(home, '.npm') };

  beforeAll(async () => {
    mkdirSync(folder);
    mkdirSync(join(home, 'node_modules'));
    mkdirSync(bin);
    symlinkSync(NODE, join(bin, 'node'));
    const npm = (await runProgram('/bin/sh', ['-c', 'command -v npm'])).output.trim();
    symlinkSync(npm, join(bin, 'npm'));

    const packed = await runProgram(...shell(pack, REPOSITORY, { ...machine }));
    expect(packed.code, packed.output).toBe(0);
    const file = /^Packed: (\S+\.tgz)$/m.exec(packed.output)?.[1] ?? '';
    expect(file).toContain(VERSION);
    expect(pack).toContain(file.replace(VERSION, '<version>'));
    copyFileSync(join(REPOSITORY, file), join(folder, basename(file)));
    const done = await runProgram(...shell(install.replace('<version>', VERSION), folder, machine));
    expect(done.code, done.output).toBe(0);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Where only its own folder can be read: whatever it took from the repository would be missing. */
  const confined = `--permission --allow-fs-read=${folder} --allow-fs-write=${folder}`;
  const alone = (env: Record<string, string>) => ({ ...machine, NODE_OPTIONS: confined, ...env });
  type Running = Program & { port: number; url: string };
  async function started(env: Record<string, string> = {}): Promise<Running> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // The shell gives its place to the server, so that what is signalled is the server: dash would stay as its parent.
    const server = startProgram(...shell(`exec env ${start}`, folder, alone({ PORT: String(port), ...env })));
    onTestFinished(() => server.close());
    await server.whenever('ready', () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    return Object.assign(Object.create(server) as Program, { port, url });
  }
  /** The server's own subcommands, in the environment of a running one. */
  const ask = (args: string, env: Record<string, string>) =>
    runProgram(...shell(`node_modules/.bin/parley-signaling ${args}`, folder, alone(env)));

  it('is one package that depends on nothing and says what it needs', () => {
    expect(others).toEqual([]);
    const about = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    const ours = JSON.parse(readText('signaling-server/package.json')) as {
      name: string;
      version: string;
      engines: object;
    };
    expect(about).toMatchObject({ name: ours.name, version: ours.version, bin: { 'parley-signaling': 'main.js' } });
    for (const key of Object.keys(about)) expect(key).not.toMatch(/dependencies|scripts/i);
    const [, major, minor] =
      /major < (\d+) \|\| \(major === \1 && minor < (\d+)\)/.exec(readText('signaling-server/src/main.ts')) ?? [];
    for (const { engines } of [about, ours]) expect(engines).toEqual({ node: `>=${major}.${minor}` });
    expect(readText('docs/self-hosting.md')).toContain(`with Node ${major}.${minor} or newer`);
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@parley']);
    expect(readdirSync(dirname(installed))).toEqual([basename(installed)]);
  });

  it('brings the licence of everybody whose work is in it', async () => {
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readText('LICENSE'));
    const licences = readFileSync(join(installed, 'third-party-licenses.md'), 'utf8');
    // Built once more, into nothing: the bundler knows what it put in.
    const configFile = join(REPOSITORY, 'signaling-server/vite.config.ts');
    const built = await build({ configFile, logLevel: 'silent', build: { write: false } });
    if (!('output' in built)) throw new Error('one bundle was expected');
    const modules = built.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
    const bundled = new Set(modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
    expect(bundled.size).toBeGreaterThan(50);
    expect([...bundled].filter((name) => !licences.includes(`\n## ${name} - `))).toEqual([]);
    const page = readFileSync(join(installed, 'admin/third-party-licenses.md'), 'utf8');
    for (const name of ['react', 'react-dom', 'zustand']) expect(page).toContain(`\n## ${name} - `);
    expect(readFileSync(join(installed, 'admin/assets/inter-license.txt'), 'utf8')).toContain('SIL OPEN FONT LICENSE');
  });

  it('brings its documents, and every link in them leads somewhere', () => {
    expect(readFileSync(join(installed, 'CHANGELOG.md'), 'utf8')).toBe(readText('CHANGELOG.md'));
    const documents = [
      'README.md',
      'CHANGELOG.md',
      ...readdirSync(join(installed, 'docs')).map((name) => join('docs', name)),
    ];
    expect(documents).toEqual(expect.arrayContaining(['docs/self-hosting.md', 'docs/environment.md']));
    const dead = documents
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => {
        const links = readFileSync(join(installed, path), 'utf8').matchAll(/\]\(([^)#:\s]+)(?:#[^)\s]*)?\)/g);
        return [...links].map(([, target = '']) => join(dirname(path), target));
      })
      .filter((target) => !existsSync(join(installed, target)));
    expect(dead).toEqual([]);
  });

  it('brings every file of build/deploy that its guide names for a machine without a checkout (S16)', () => {
    const guide = readFileSync(join(installed, 'docs/self-hosting.md'), 'utf8');
    const named = [...guide.matchAll(/\bbuild\/deploy\/[\w./-]*\w/g)].map(([path]) => path);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
    for (const path of ['prometheus/rules.yml', 'prometheus/one-machine.yml', 'grafana/dashboards/parley.json'])
      expect(readFileSync(join(installed, 'build/deploy', path), 'utf8')).toBe(readText(`build/deploy/${path}`));
    // And nothing that is for containers: whoever took it for theirs would ask for hosts that are not there.
    const files = readdirSync(join(installed, 'build/deploy'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((path) => /compose|kubernetes|pod-monitor|Dockerfile|nginx\.conf$/.test(path))).toEqual([]);
    expect(files.filter((path) => /parley:7350|redis:6379/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('is a service after the guide’s commands, in the places that the unit names (S16)', async () => {
    const machineRoot = join(home, 'machine');
    mkdirSync(join(machineRoot, 'etc/systemd/system'), { recursive: true });
    mkdirSync(join(machineRoot, 'opt'));
    const commands = guidedCommands('systemctl');
    const here = commands.filter((command) => !/^(?:systemctl|editor) /.test(command));
    expect([here.length, commands.length]).toEqual([4, 6]);
    for (const command of here) {
      const moved = command.replace('<version>', VERSION).replaceAll(/ (\/(?:opt|etc)\/)/g, ` ${machineRoot}$1`);
      const { code, output } = await runProgram(...shell(moved, folder, machine));
      expect(code, output).toBe(0);
    }
    const unit = readFileSync(join(machineRoot, 'etc/systemd/system/parley-signaling.service'), 'utf8');
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '';
    const settings = join(machineRoot, value('EnvironmentFile'));
    expect(statSync(settings).mode & 0o777).toBe(0o600);
    const given = [...readFileSync(settings, 'utf8').split('\n'), ...value('Environment').split(' ')]
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(/=(.*)/, 2) as [string, string]);
    const port = await freePort();
    const [node = '', ...args] = value('ExecStart').split(' ');
    expect(basename(node)).toBe('node');
    const server = startProgram(NODE, args, {
      cwd: join(machineRoot, value('WorkingDirectory')),
      env: { ...Object.fromEntries(given), PORT: String(port) },
    });
    onTestFinished(() => server.close());
    await server.whenever('ready', () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  });

  it('becomes ready, greets clients, and ends with 0 when it is told to (S14)', async () => {
    const server = await started();
    const client = new Client(server);
    expect(await client.connected()).toMatch(/^[\w-]{43}$/);
    const answer = await fetch(`${server.url}/health`);
    expect(await answer.json()).toMatchObject({ status: 'ok', connections: 1 });
    server.signal('SIGTERM');
    expect(await client.hear('server:drain')).toBeDefined();
    expect(await server.ended, server.output).toBe(0);
    expect(server.output).not.toContain('Warning');
    // JSON, a line for each thing that happened.
    const messages = server.output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(['listening', 'stopping', 'draining', 'closing', 'stopped']);
  });

  it('does not start in a wrong environment: it names every problem and ends with 1 (S10)', async () => {
    const env = { PORT: 'seven', LOG_LEVEL: 'loud', TURN_URLS: 'http://turn', ADMIN_TOKEN: 'hunter2', ACCESS: 'token' };
    const { code, output } = await runProgram(...shell(start, folder, alone(env)));
    expect(code).toBe(1);
    for (const name of [...Object.keys(env).slice(0, 4), 'TURN_SECRET', 'TOKEN_SECRET', 'TOKEN_FILE'])
      expect(output).toContain(`  ${name}: `);
    expect(output).not.toContain('hunter2');
    expect(output).not.toContain('    at ');
    expect((await ask('--prot 1', {})).code).toBe(2);
    expect((await ask('--help', {})).output).toContain('SEAT_GRACE_MS');
  });

  it('serves the admin page with all its files, and the metrics (S6, S8)', async () => {
    const token = randomBytes(32).toString('hex');
    const { url } = await started({ ADMIN_TOKEN: token });
    const page = await (await fetch(`${url}/admin/`)).text();
    const files = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => path);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const path of files) expect((await fetch(`${url}/admin/${path}`)).status, path).toBe(200);
    const overview = await fetch(`${url}/admin/api/overview`, { headers: { authorization: `Bearer ${token}` } });
    expect(await overview.json()).toMatchObject({ health: { status: 'ok' }, draining: false });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('# TYPE parley_');
    const figures = await fetch(`${url}/metrics`, { headers: { accept: 'application/json' } });
    expect(await figures.json()).toMatchObject({ application: { environment: 'production' } });
  });

  it('logs for people to read where that is wanted (S9)', async () => {
    const server = await started({ LOG_PRETTY: 'true' });
    await server.whenever('the line', () => /^\[[\d:.]+\] .*INFO.*listening/m.test(server.output));
  });

  it('logs into files where that is wanted (S9)', async () => {
    const server = await started({ LOG_FILE: join(folder, 'parley.log') });
    const written = () => readFileSync(join(folder, 'parley.1.log'), 'utf8');
    await server.whenever('the line', () => written().includes('"msg":"listening"'));
    server.signal('SIGTERM');
    expect(await server.ended, server.output).toBe(0);
  });

  it('uses several processes where that is wanted (S13)', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const server = await started({
      ...{ WORKERS: '2', REDIS_URL: redis.url },
      NODE_OPTIONS: `${confined} --allow-child-process`,
    });
    await new Client(server).connected();
    await server.whenever('its processes', () => server.output.includes('"workers":2'));
    server.signal('SIGTERM');
    expect(await server.ended, server.output).toBe(0);
  });

  it('scores a password: an easily guessed one is refused (S11)', async () => {
    const weak = { ACCESS: 'password', ACCESS_PASSWORD: 'iloveyou2024' };
    const refused = await runProgram(...shell(start, folder, alone(weak)));
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('ACCESS_PASSWORD: is easily guessed');
    const password = 'copper lantern drifts under seven hills';
    const server = await started({ ...weak, ACCESS_PASSWORD: password });
    expect((await new Client(server).refused()).data?.code).toBe('access-refused');
    await new Client(server, { auth: { v: 1, password } }).connected();
  });

  it('lets in by tokens that its command makes, and no more once it ended them (S11)', async () => {
    const file = join(folder, 'tokens.db');
    const env = { ACCESS: 'token', TOKEN_SECRET: randomBytes(32).toString('hex'), TOKEN_FILE: file };
    const server = await started(env);
    const made = await ask('token create --name Anna --json', env);
    const { id, token } = JSON.parse(made.output) as { id: string; token: string };
    expect((await ask('token list', env)).output).toMatch(new RegExp(`^${id} +Anna +no end +never used`));
    const exchange = await fetch(`${server.url}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: token }),
    });
    const { access_token } = (await exchange.json()) as { access_token: string };
    const anna = new Client(server, { auth: { v: 1, token: access_token } });
    await anna.connected();
    expect((await ask(`token revoke ${id}`, env)).code).toBe(0);
    expect(await anna.hear('server:closing')).toEqual({ code: 'access-revoked' });
  });

  it('is one server with others through Redis (S13)', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const server = await started({ REDIS_URL: redis.url });
    const health = await (await fetch(`${server.url}/health`)).json();
    expect(health).toMatchObject({ status: 'ok', checks: { redis: { status: 'ok', unit: 'ms' } } });
    // And it is this Redis that it is ready with.
    await redis.kill();
    await until('Redis to be missed', async () => (await fetch(`${server.url}/health/ready`)).status === 503);
  });
});
