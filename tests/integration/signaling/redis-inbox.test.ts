import { randomBytes } from 'node:crypto';
import { LIMITS } from '@parley/shared/protocol';
import { type Clock, systemClock } from '@parley/signaling-server/clock.ts';
import type { Backplane, BackplaneListener } from '@parley/signaling-server/cluster/backplane.ts';
import { openRedisBackplane } from '@parley/signaling-server/cluster/redis-backplane.ts';
import { connectRedis } from '@parley/signaling-server/cluster/redis-client.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';
import { someBox, until } from './harness.ts';

/** The shipped configuration of Redis. */
const REDIS_BYTES = 128 * 1024 * 1024;

/** Nodes on a Redis of their own, with the clocks they are given. */
async function connect() {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
  const ports = { url: redis.url, prefix: 'test', clock: systemClock, log, random: randomBytes };
  const client = await connectRedis(ports);
  onTestFinished(() => client.destroy());
  const open = async (listener: Partial<BackplaneListener> = {}, clock: Clock = systemClock): Promise<Backplane> => {
    const silent = { onMessage: () => {}, onUp: () => {}, onDown: () => {} };
    const backplane = await openRedisBackplane(client, { ...ports, clock }, { ...silent, ...listener });
    onTestFinished(() => backplane.close());
    return backplane;
  };
  return { client, open };
}

it('the inbox of a node that does not read leaves Redis most of its memory (S13, P6)', async () => {
  const { client, open } = await connect();
  const backplane = await open();

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

it.each([
  [2_500, true],
  [1_000, false],
])('a node that reads %i messages late knows whether some had to give way: %s (S13, P6)', async (count, isCut) => {
  const { open } = await connect();
  let goOn = (): void => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const taken: string[] = [];
  let missed = 0;
  const slow = await open({
    onMessage: (message) => {
      taken.push(message);
      return held;
    },
    onMissed: () => {
      missed += 1;
    },
  });
  const other = await open();
  await other.send(slow.node, 'the first');
  await until(() => taken.length === 1, 'held at the first message');
  for (let sent = 0; sent < count; sent += 100)
    await Promise.all(Array.from({ length: 100 }, (_, at) => other.send(slow.node, String(sent + at))));
  goOn();
  await until(() => taken.at(-1) === String(count - 1), 'read to the end');
  expect([taken.length < count, missed > 0]).toEqual([isCut, isCut]);
});

it('a node that gave no sign of life for so long that nobody told it anything knows that (S13, P6)', async () => {
  const { client, open } = await connect();
  let aheadMs = 0;
  const beats = new Set<() => void>();
  const clock: Clock = {
    now: () => Date.now() + aheadMs,
    wall: () => Date.now() + aheadMs,
    after: (_, callback) => {
      beats.add(callback);
      return () => void beats.delete(callback);
    },
  };
  const beat = (): void => {
    for (const callback of [...beats]) {
      beats.delete(callback);
      callback();
    }
  };
  let missed = 0;
  const { node } = await open({ onMissed: () => void missed++ }, clock);
  const score = () => client.zScore('test:nodes', node);
  const first = await score();
  aheadMs += 5_000;
  beat();
  await until(async () => (await score()) !== first, 'counted again');
  const second = await score();
  expect(missed).toBe(0);
  aheadMs += 7_000;
  beat();
  await until(() => missed === 1, 'noticed');
  expect(await score()).not.toBe(second);
});

it('a touched record answers with the version it has, however many there are (S13)', async () => {
  const { open } = await connect();
  const backplane = await open();
  const keys = Array.from({ length: 450 }, (_, at) => `key-${at}`);
  const written = await Promise.all(
    keys.map(async (key, at) => (at % 3 === 0 ? undefined : backplane.write(key, 0, 'something', 60_000))),
  );
  expect(await backplane.touch(keys, 60_000)).toEqual(written);
  expect(await backplane.touch([], 60_000)).toEqual([]);
});
