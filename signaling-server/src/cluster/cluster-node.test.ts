import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../log.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { BackplaneListener } from './backplane.ts';
import { ClusterNode } from './cluster-node.ts';
import { MemoryHub } from './testing/memory-hub.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('a node among others (S13)', () => {
  let clock: FakeClock;
  let hub: MemoryHub;
  let listeners: Map<string, BackplaneListener>;
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
  beforeEach(() => {
    clock = new FakeClock();
    hub = new MemoryHub(clock);
    listeners = new Map();
  });
  const open = (name: string): Promise<ClusterNode> =>
    ClusterNode.open(clock, log, async (listener) => {
      listeners.set(name, listener);
      return hub.attach(name, listener);
    });

  it('knows the others since it looked last, and tells all of them', async () => {
    const one = await open('one');
    expect([...one.alive]).toEqual(['one']);
    const heard: unknown[] = [];
    for (const name of ['two', 'three'])
      (await open(name)).onNotice('news', z.number(), (body) => heard.push([name, body]));
    await one.findNodes();
    expect([...one.alive]).toEqual(['one', 'two', 'three']);
    await one.notify('news', 7);
    await one.notify('news', 'no number');
    one.tell('three', 'news', 8);
    await settle();
    expect(heard).toEqual([
      ['two', 7],
      ['three', 7],
      ['three', 8],
    ]);
    expect(one.stats()).toEqual({ node: 'one', isUp: true, answeredInMs: 0, nodes: 3 });
  });

  it('has the reply to a request, and undefined of a node that is gone, silent or closed meanwhile (P7)', async () => {
    const [one, two] = [await open('one'), await open('two')];
    two.onRequest('double', z.number(), (body) => body * 2);
    expect(await one.request('two', 'double', 21, 3_000)).toBe(42);
    expect(await one.request('two', 'double', 'no number', 3_000)).toBe(null);
    expect(await one.request('nobody', 'double', 21, 3_000)).toBe(undefined);
    // Its reply gets lost.
    hub.drop('one');
    const late = one.request('two', 'double', 21, 3_000);
    await settle();
    clock.advance(3_000);
    expect(await late).toBe(undefined);
    const cut = one.request('two', 'double', 21, 3_000);
    await settle();
    await one.close();
    expect(await cut).toBe(undefined);
    expect(clock.pending).toBe(0);
  });

  it('takes no message that it cannot read', async () => {
    const one = await open('one');
    const heard: unknown[] = [];
    one.onNotice('news', z.unknown(), (body) => heard.push(body));
    for (const text of ['', '{', '[]', '{"type":"notice"}', '{"type":"other","topic":"news","body":1}'])
      await listeners.get('one')?.onMessage(text);
    expect(heard).toEqual([]);
  });

  it('says when something may have been missed: after a gap at once, after an outage again when all had time to come back (P6)', async () => {
    const one = await open('one');
    let missed = 0;
    one.onMissed(() => {
      missed += 1;
    });
    const listener = listeners.get('one');
    listener?.onMissed?.();
    expect([missed, one.isTrusted]).toEqual([1, true]);
    listener?.onDown();
    clock.advance(60_000);
    expect([missed, one.isTrusted]).toEqual([1, false]);
    listener?.onUp();
    expect([missed, one.isTrusted]).toEqual([2, false]);
    clock.advance(6_000);
    expect([missed, one.isTrusted]).toEqual([3, true]);
    await one.close();
    listener?.onMissed?.();
    listener?.onUp();
    expect([missed, clock.pending]).toEqual([3, 0]);
  });
});
