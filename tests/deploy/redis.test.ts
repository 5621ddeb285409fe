import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort, needProgram, runProgram, startProgram } from '#support/programs.ts';
import { NODE, REPOSITORY } from '#support/repository.ts';
import { startServer } from '#support/server.ts';
import { until } from '#support/wait.ts';

const START = join(REPOSITORY, 'build/deploy/redis/start.sh');
const PASSWORD = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c';

/** Starts the shipped script on a free port; everything it writes lands in a folder of its own, or in the one it had before. */
async function startRedis(access: Record<string, string> = {}, before?: { data: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const data = before?.data ?? mkdtempSync(join(folder, 'data-'));
  const port = await freePort();
  needProgram('redis-server');
  const redis = startProgram('/bin/sh', [START, '--port', String(port), '--bind', '127.0.0.1'], {
    env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin`, TMPDIR: folder, REDIS_PASSWORD: PASSWORD, ...access },
    cwd: data,
  });
  onTestFinished(() => redis.close());
  const ask = async (command: string[], password?: string) => {
    const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) };
    return (await runProgram(needProgram('redis-cli'), ['-p', String(port), ...command], { env })).output.trim();
  };
  await redis.whenever('Redis to answer', async () => (await ask(['ping'], PASSWORD)) === 'PONG');
  return { redis, folder, port, data, ask };
}

describe('Redis as it is shipped (S13, S16)', () => {
  it('wants the password, keeps nothing on disk, and drops nothing quietly', async () => {
    const { redis, folder, data, ask } = await startRedis();
    expect(await ask(['ping'])).toContain('NOAUTH');
    expect(await ask(['ping'], `${PASSWORD}x`)).toContain('NOAUTH');
    expect(await ask(['config', 'get', 'save'], PASSWORD)).toBe('save');
    expect(await ask(['config', 'get', 'appendonly'], PASSWORD)).toBe('appendonly\nno');
    expect(await ask(['config', 'get', 'maxmemory-policy'], PASSWORD)).toBe('maxmemory-policy\nnoeviction');
    expect(await ask(['set', 'a', 'b'], PASSWORD)).toBe('OK');
    await redis.close();
    expect(readdirSync(data)).toEqual([]);
    // Nor the settings with the password.
    expect(readdirSync(folder)).toEqual([basename(data)]);
  });

  it('keeps rights by token, also when it is killed (S11)', async () => {
    const before = await startRedis({ ACCESS: 'token' });
    const token = async (port: number, ...command: string[]) => {
      const { code, output } = await runProgram(NODE, ['signaling-server/src/main.ts', 'token', ...command], {
        cwd: REPOSITORY,
        env: {
          PATH: process.env.PATH,
          REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${port}`,
          TOKEN_SECRET: '9c1d0b7e3f5a48c2a6d4e8f01b2c3d4e5f60718293a4b5c6',
        },
      });
      expect(code, output).toBe(0);
      return output;
    };
    await token(before.port, 'create', '--name', 'Anna');
    const listed = await token(before.port, 'list', '--json');
    expect(listed).toContain('Anna');
    before.redis.signal('SIGKILL');
    await before.redis.ended;
    const after = await startRedis({ ACCESS: 'token' }, before);
    expect(await token(after.port, 'list', '--json')).toBe(listed);
  });

  it('lets the server in by the address that the compose file makes', async () => {
    const compose = readFileSync(join(REPOSITORY, 'build/deploy/compose.yaml'), 'utf8');
    const before = /REDIS_URL: (\S+?)\$\{REDIS_PASSWORD[^}]*\}@redis:6379/.exec(compose)?.[1];
    const { port, ask } = await startRedis();
    const server = await startServer({ env: { REDIS_URL: `${before}${PASSWORD}@127.0.0.1:${port}` } });
    onTestFinished(() => server.close());
    const ready = () => fetch(`http://${server.host}/health/ready`);
    await until('the server to be ready', async () => (await ready()).ok);
    // And it is this Redis that it is ready with.
    await ask(['shutdown', 'nosave'], PASSWORD);
    await until('the server to miss Redis', async () => (await ready()).status === 503);
  });

  it('does not start with a password that is short or missing', async () => {
    for (const REDIS_PASSWORD of ['short', undefined]) {
      const { code, output } = await runProgram('/bin/sh', [START], {
        env: { PATH: process.env.PATH, REDIS_PASSWORD },
      });
      expect(code).not.toBe(0);
      expect(output).toContain('REDIS_PASSWORD');
    }
  });
});
