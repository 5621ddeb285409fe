import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Neighbours } from './neighbours.ts';
import { shareRights } from './shared-rights.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Nodes that hear each other one turn later. */
function setUp() {
  const clock = new FakeClock();
  const nodes = new Map<string, Map<string, (body: unknown) => void>>();
  /** Nodes that take what they are told and say nothing. */
  const silent = new Set<string>();
  const deliver = (node: string, topic: string, body: unknown): void => {
    const text = JSON.stringify(body);
    if (!silent.has(node)) setImmediate(() => nodes.get(node)?.get(topic)?.(JSON.parse(text)));
  };
  const join = (self: string, sockets: Record<string, number>) => {
    const topics = new Map<string, (body: unknown) => void>();
    nodes.set(self, topics);
    const neighbours: Neighbours = {
      self,
      onNotice: (topic, listener) => void topics.set(topic, listener),
      onMissed: () => {},
      others: () => [...nodes.keys()].filter((node) => node !== self),
      tell: deliver,
      notify: async (topic, body) => {
        const others = [...nodes.keys()].filter((node) => node !== self);
        for (const node of others) deliver(node, topic, body);
        return others;
      },
    };
    return shareRights(() => new Map(Object.entries(sockets)), neighbours, clock);
  };
  return { clock, join, silent, deliver };
}

describe('who uses which right, over all nodes (S11, S13)', () => {
  it('is the sum of what each node has, whichever is asked, and waits for no time', async () => {
    const { clock, join } = setUp();
    const nodes = [join('one', { anna: 2 }), join('two', { anna: 1, ben: 3 }), join('three', {})];
    for (const ask of nodes) {
      const { sockets, silentNodes } = await ask();
      expect([Object.fromEntries(sockets), silentNodes]).toEqual([{ anna: 3, ben: 3 }, 0]);
    }
    expect(clock.pending).toBe(0);
  });

  it('is told without the nodes that do not answer within a second, and says how many', async () => {
    const { clock, join, silent } = setUp();
    const ask = join('one', { anna: 2 });
    join('two', { anna: 1 });
    join('three', { anna: 5 });
    silent.add('three');
    const asking = ask();
    for (let turn = 0; turn < 5; turn++) await settle();
    clock.advance(1_000);
    const { sockets, silentNodes } = await asking;
    expect([Object.fromEntries(sockets), silentNodes]).toEqual([{ anna: 3 }, 1]);
  });

  it('takes nothing that was not asked for, nor what nobody can read', async () => {
    const { join, deliver } = setUp();
    const ask = join('one', { anna: 2 });
    for (const body of [null, { node: 'two', request: 1, sockets: [['anna', 7]] }, { node: 'two', request: 'x' }])
      deliver('one', 'rights-in-use', body);
    deliver('one', 'rights-wanted', { from: 'two' });
    await settle();
    const asking = ask();
    deliver('one', 'rights-in-use', { node: 'two', request: 1, sockets: [['anna', -7]] });
    expect(Object.fromEntries((await asking).sockets)).toEqual({ anna: 2 });
  });
});
