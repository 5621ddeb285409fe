import { randomBytes } from 'node:crypto';
import { systemClock } from '@parley/signaling-server/clock.ts';
import { exchangeFigures } from '@parley/signaling-server/cluster/figures.ts';
import { MemoryStore } from '@parley/signaling-server/cluster/memory-store.ts';
import { openRedisBackplane } from '@parley/signaling-server/cluster/redis-backplane.ts';
import { connectRedis, type RedisClient } from '@parley/signaling-server/cluster/redis-client.ts';
import { shareDraining } from '@parley/signaling-server/cluster/shared-draining.ts';
import { FakeNodes } from '@parley/signaling-server/cluster/testing/fake-nodes.ts';
import { countOpenSockets, type OpenSockets } from '@parley/signaling-server/limits/open-sockets.ts';
import { shareOpenSockets } from '@parley/signaling-server/limits/shared-open-sockets.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startRedis, type TestRedis } from '#support/redis.ts';
import { until } from './harness.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

let client: RedisClient;
let prefix: string;
const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
const portsOf = () => ({ url: redis.url, prefix, clock: systemClock, log, random: randomBytes });
let group = 0;
beforeEach(async () => {
  group += 1;
  prefix = `shared-${group}`;
  client = await connectRedis(portsOf());
  return () => {
    if (client.isOpen) client.destroy();
  };
});

/** Marks nodes as alive, as their heartbeats do. */
const live = (...nodes: string[]) =>
  client.zAdd(
    `${prefix}:nodes`,
    nodes.map((value) => ({ score: Date.now() + 60_000, value })),
  );

describe('the figures of nodes (S6, S13)', () => {
  const open = (node: string, machine: string, alive: readonly string[], rights: [string, number][] = []) => {
    const exchange = exchangeFigures({
      client,
      prefix,
      clock: systemClock,
      node,
      group: machine,
      nodes: async () => new Set(alive),
      own: async () => ({ figures: { of: node }, rights }),
    });
    onTestFinished(() => exchange.close());
    return exchange;
  };

  it('are added up over one machine, and rights over all; a node that has not told its own is counted (S11)', async () => {
    const alive = ['one', 'two', 'three', 'silent'];
    const one = open('one', 'here', alive, [['ada', 1]]);
    open('two', 'here', alive, [
      ['ada', 2],
      ['ben', 1],
    ]);
    open('three', 'elsewhere', alive, [['ada', 4]]);
    await until(async () => (await one.rightsInUse()).silentNodes === 1, 'told by both');
    expect(await one.ofMachine()).toEqual([{ of: 'two' }]);
    expect(await one.rightsInUse()).toEqual({
      sockets: new Map([
        ['ada', 7],
        ['ben', 1],
      ]),
      silentNodes: 1,
    });
  });

  it('outlive their node by seconds, and are those of this node alone while Redis is away', async () => {
    const one = open('one', 'here', ['one', 'two'], [['ada', 1]]);
    await one.ofMachine();
    const keptMs = await client.pTTL(`${prefix}:figures:one`);
    expect(keptMs).toBeGreaterThan(0);
    expect(keptMs).toBeLessThanOrEqual(10_000);
    client.destroy();
    expect(await one.ofMachine()).toEqual([]);
    expect((await one.rightsInUse()).sockets).toEqual(new Map([['ada', 1]]));
  });
});

describe('the open sockets of an address (R2, S13)', () => {
  const open = (node: string): OpenSockets =>
    shareOpenSockets({
      client,
      prefix,
      clock: systemClock,
      node,
      nameOf: (address) => `name of ${address}`,
      onMissed: (listener) => missed.set(node, listener),
    });
  const missed = new Map<string, () => void>();

  it('are counted over all nodes, and under another name than the address (P1)', async () => {
    await live('one', 'two');
    const [one, two] = [open('one'), open('two')];
    for (const node of [one, two, one]) expect(await node.take('a', 3)).toBe(true);
    expect(await two.take('a', 3)).toBe(false);
    expect(await two.take('b', 3)).toBe(true);
    one.giveBack('a');
    await until(() => two.take('a', 3), 'given back');
    expect(await one.take('a', 3)).toBe(false);
    expect(await client.keys(`${prefix}:open:*`)).toEqual(
      expect.arrayContaining([`${prefix}:open:name of a`, `${prefix}:open:name of b`]),
    );
  });

  it('are not those of a node that is gone', async () => {
    await live('one', 'two');
    const [one, two] = [open('one'), open('two')];
    for (let n = 0; n < 2; n++) expect(await one.take('a', 2)).toBe(true);
    expect(await two.take('a', 2)).toBe(false);
    await client.zRem(`${prefix}:nodes`, 'one');
    expect(await two.take('a', 2)).toBe(true);
    // Nothing of it is left, however often nodes come and go while the address is busy.
    await until(async () => (await client.hKeys(`${prefix}:open:name of a`)).join() === 'two', 'forgotten');
  });

  it('of a node that was only late count again as soon as it notices', async () => {
    await live('two');
    const [one, two] = [open('one'), open('two')];
    for (let n = 0; n < 2; n++) expect(await one.take('a', 3)).toBe(true);
    expect(await two.take('a', 3)).toBe(true);
    await until(async () => (await client.hKeys(`${prefix}:open:name of a`)).join() === 'two', 'forgotten');
    await live('one', 'two');
    missed.get('one')?.();
    await until(async () => !(await two.take('a', 3)), 'counted again');
  });

  it('are forgotten a day after the last change, also one that came after they had been forgotten', async () => {
    await live('one');
    const one = open('one');
    for (let n = 0; n < 2; n++) await one.take('a', 2);
    const key = `${prefix}:open:name of a`;
    await client.del(key);
    one.giveBack('a');
    await until(async () => (await client.pTTL(key)) > 86_000_000, 'an end');
  });

  it('are counted by each node for itself while Redis is away', async () => {
    const one = open('one');
    client.destroy();
    expect(await one.take('a', 1)).toBe(true);
    expect(await one.take('a', 1)).toBe(false);
    one.giveBack('a');
    expect(await one.take('a', 1)).toBe(true);
  });

  it('are the same on a node without others as on a server that is alone', async () => {
    const [alone, shared] = [countOpenSockets(), open('one')];
    const places = new Map<string, number>();
    for (const byte of randomBytes(300)) {
      const address = 'abc'[byte % 3] ?? 'a';
      const taken = places.get(address) ?? 0;
      if (byte % 8 < 5) {
        const answers = [alone.take(address, 4), await shared.take(address, 4)];
        expect(answers).toEqual([taken < 4, taken < 4]);
        if (taken < 4) places.set(address, taken + 1);
      } else if (taken > 0) {
        alone.giveBack(address);
        shared.giveBack(address);
        places.set(address, taken - 1);
      }
    }
  });
});

describe('draining (S14)', () => {
  it('is of all workers of a machine, also of one that starts later, until it is taken back', async () => {
    const nodes = new FakeNodes();
    const open = async (node: string, machine: string) => {
      const heard: boolean[] = [];
      const onDrain = (draining: boolean): void => void heard.push(draining);
      const drain = await shareDraining({ client, prefix, nodes: nodes.join(node), group: machine, onDrain });
      return { heard, drain };
    };
    const [one, two, other] = [await open('one', 'here'), await open('two', 'here'), await open('other', 'elsewhere')];
    one.drain(true);
    await until(() => two.heard.length === 1, 'told');
    await until(async () => (await client.exists(`${prefix}:draining:here`)) === 1, 'kept');
    const late = await open('late', 'here');
    two.drain(false);
    await until(() => late.heard.length === 2, 'taken back');
    await until(async () => (await client.exists(`${prefix}:draining:here`)) === 0, 'forgotten');
    expect([one.heard, two.heard, late.heard, other.heard]).toEqual([[true, false], [true, false], [true, false], []]);
    expect((await open('latest', 'here')).heard).toEqual([]);
  });

  it('reaches the worker that is asked also while Redis is away', async () => {
    const heard: boolean[] = [];
    const onDrain = (draining: boolean): void => void heard.push(draining);
    const drain = await shareDraining({ client, prefix, nodes: new FakeNodes().join('one'), group: 'here', onDrain });
    client.destroy();
    drain(true);
    expect(heard).toEqual([true]);
  });
});

describe('the store (S13)', () => {
  it('answers the same in memory and over Redis, whatever is written, deleted and touched', async () => {
    const backplane = await openRedisBackplane(client, portsOf(), {
      onMessage: () => {},
      onUp: () => {},
      onDown: () => {},
    });
    onTestFinished(() => backplane.close());
    const stores = [new MemoryStore(systemClock), backplane];
    const keys = ['a', 'b', 'c'];
    /** The version of each key as each store counts it. */
    const versions = stores.map(() => new Map<string, number>());
    for (const byte of randomBytes(300)) {
      const key = keys[byte % 3] ?? 'a';
      const isFirst = byte % 7 !== 0;
      const value = byte % 5 === 0 ? undefined : `value ${byte}`;
      const answers = await Promise.all(
        stores.map(async (store, at) => {
          const known = versions[at] ?? new Map<string, number>();
          const before = known.get(key) ?? 0;
          const version = await store.write(key, isFirst ? before : before + 1, value, 60_000);
          if (version !== undefined && value !== undefined) known.set(key, version);
          else if (version !== undefined) known.delete(key);
          const read = await store.read(keys);
          const touched = await store.touch(keys, 60_000);
          const listed = await Promise.all(keys.map((each) => store.list(each)));
          return {
            isWritten: version !== undefined,
            grows: version === undefined || version > before,
            listed,
            values: read.map((each) => each?.value),
            isKnown: read.map((each, index) => each?.version === known.get(keys[index] ?? '')),
            touched: touched.map((each, index) => each === read[index]?.version),
          };
        }),
      );
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[0]?.isWritten).toBe(isFirst);
    }
  });
});
