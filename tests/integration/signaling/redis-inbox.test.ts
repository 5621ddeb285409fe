import { randomBytes } from 'node:crypto';
import { LIMITS } from '@parley/shared/protocol';
import { systemClock } from '@parley/signaling-server/clock.ts';
import { connectRedis, openRedisBackplane } from '@parley/signaling-server/cluster/redis-backplane.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';
import { someBox } from './harness.ts';

/** What the shipped configuration gives Redis. */
const REDIS_BYTES = 128 * 1024 * 1024;

it('the inbox of a node that does not read leaves Redis most of its memory (S13, P6)', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
  const ports = { url: redis.url, prefix: 'test', clock: systemClock, log, random: randomBytes };
  const client = await connectRedis(ports);
  onTestFinished(() => client.destroy());
  const listener = { onMessage: () => {}, onUp: () => {}, onDown: () => {} };
  const backplane = await openRedisBackplane(client, ports, listener);
  onTestFinished(() => backplane.close());

  // As a node leaves it behind that said hello and hangs ever since.
  const inbox = 'test:inbox:hanging';
  await client.xAdd(inbox, '*', { hello: '1' });
  const box = someBox(LIMITS.boxMaxBytes);
  const count = 4_000;
  for (let sent = 0; sent < count; sent += 100) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) => backplane.send('hanging', `${sent + at} ${box}`)),
    );
    expect(answers).not.toContain(false);
  }
  expect(await client.memoryUsage(inbox)).toBeLessThan(0.4 * REDIS_BYTES);
  const [newest] = (await client.xRevRange(inbox, '+', '-', { COUNT: 1 })) ?? [];
  expect(newest?.message.m?.startsWith(`${count - 1} `)).toBe(true);
});
