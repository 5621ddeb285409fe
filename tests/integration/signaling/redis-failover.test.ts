import { createClient } from '@redis/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';
import { Client, RoomKey, startTestServer, until } from './harness.ts';

async function startRedisWithAdmin() {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const admin = createClient({ url: redis.url });
  admin.on('error', () => {});
  await admin.connect();
  onTestFinished(() => admin.destroy());
  const say = (...command: string[]): Promise<unknown> => admin.sendCommand(command);
  return { url: redis.url, say };
}

describe('a Redis that cannot do the work', () => {
  it('because it became a replica is left by its nodes again and again, and they are whole when it leads them to a primary (S13, P6)', async () => {
    const redis = await startRedisWithAdmin();
    const [one, two] = await Promise.all([
      startTestServer({ REDIS_URL: redis.url }),
      startTestServer({ REDIS_URL: redis.url }),
    ]);
    const isUp = async (server: { url: string }): Promise<boolean> =>
      (await (await fetch(`${server.url}/metrics`)).text()).includes('parley_redis_up 1');
    const connections = async (): Promise<string[]> =>
      [...String(await redis.say('CLIENT', 'LIST', 'TYPE', 'normal')).matchAll(/^id=(\d+)/gm)].map(([, id = '']) => id);
    expect(await isUp(one)).toBe(true);
    const before = await connections();
    await redis.say('REPLICAOF', '127.0.0.1', '1');
    await until(async () => !(await isUp(one)) && !(await isUp(two)), 'noticed');
    // All but the test's own.
    await until(async () => (await connections()).filter((id) => before.includes(id)).length === 1, 'reconnected');
    // Each of the two nodes tries two connections a second, and no more.
    const accepted = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(String(await redis.say('INFO', 'stats')))?.[1]);
    const [first, startedAt] = [await accepted(), performance.now()];
    await until(async () => (await accepted()) >= first + 8, 'tried again');
    expect(((await accepted()) - first) / ((performance.now() - startedAt) / 1_000)).toBeLessThan(20);
    await redis.say('REPLICAOF', 'NO', 'ONE');
    await until(async () => (await isUp(one)) && (await isUp(two)), 'whole again');
    const key = new RoomKey();
    const [ada, ben] = [new Client(one), new Client(two, { ip: '203.0.113.2' })];
    await ada.join(key);
    await ben.join(key);
    await ada.hear('participant:joined');
  });

  it('because it runs no scripts keeps a server from starting, which says so (S10, S13)', async () => {
    const redis = await startRedisWithAdmin();
    await redis.say('ACL', 'SETUSER', 'default', '-@scripting');
    await expect(startTestServer({ REDIS_URL: redis.url })).rejects.toThrow(
      /^Redis cannot do what this server needs: NOPERM/,
    );
  });

  it('because scripts are taken from it while the server runs counts as down (S5, S13)', async () => {
    const redis = await startRedisWithAdmin();
    const server = await startTestServer({ REDIS_URL: redis.url });
    await redis.say('ACL', 'SETUSER', 'default', '-@scripting');
    const status = async () => ((await (await fetch(`${server.url}/health`)).json()) as { status: string }).status;
    await until(async () => (await status()) !== 'ok' && (await status()) !== 'healthy', 'degraded');
    await redis.say('ACL', 'SETUSER', 'default', '+@all');
    const key = new RoomKey();
    await new Client(server).join(key);
  });
});
