import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../cluster/memory-store.ts';
import { FakeNodes } from '../cluster/testing/fake-nodes.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { BlockList } from './block-list.ts';
import { shareBlocks } from './shared-blocks.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};
const MINUTE_MS = 60_000;

describe('one list of blocked addresses for all nodes (R7, S13)', () => {
  let clock: FakeClock;
  let nodes: FakeNodes;
  let store: MemoryStore;
  beforeEach(() => {
    clock = new FakeClock();
    nodes = new FakeNodes();
    store = new MemoryStore(clock);
  });

  const node = (name: string) => {
    const policy = { strikesPerMinute: 1, blockMinMs: 10 * MINUTE_MS, blockMaxMs: 60 * MINUTE_MS };
    const blocks: BlockList = new BlockList(policy, clock, ({ key }) => shared.tell(key));
    const heard: string[] = [];
    const shared = shareBlocks(blocks, { clock, store, nodes: nodes.join(name), onBlocked: (key) => heard.push(key) });
    return {
      heard,
      shared,
      keys: () => blocks.blocks().map(({ key }) => key),
      remainingMs: () => blocks.remainingMs('bad'),
      block: async () => {
        await blocks.strike('bad', 'test', 2);
        await settle();
      },
      lift: async () => {
        expect(blocks.lift('bad')).toBe(true);
        shared.tell('bad');
        await settle();
      },
    };
  };
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute++) {
      clock.advance(MINUTE_MS);
      await settle();
    }
  };

  it('is told as it changes, and once', async () => {
    const [one, two] = [node('one'), node('two')];
    await one.block();
    expect([two.keys(), two.heard]).toEqual([['bad'], ['bad']]);
    await pass(5);
    expect(two.heard).toEqual(['bad']);
    await two.lift();
    expect(one.keys()).toEqual([]);
    await one.block();
    expect([two.keys(), two.heard]).toEqual([['bad'], ['bad', 'bad']]);
    // Its history was lifted with it.
    expect(two.remainingMs()).toBe(10 * MINUTE_MS);
  });

  it('has no block that was lifted, though a node did not hear of that and tells a newcomer of it', async () => {
    const [one, two] = [node('one'), node('two')];
    await one.block();
    nodes.deaf.add('two');
    await one.lift();
    nodes.deaf.clear();
    expect(two.keys()).toEqual(['bad']);
    const late = node('late');
    await pass(3);
    expect([one.keys(), two.keys(), late.keys()]).toEqual([[], [], []]);
    // An address that goes on is blocked again, everywhere.
    await two.block();
    expect([one.keys(), two.keys(), late.keys()]).toEqual([['bad'], ['bad'], ['bad']]);
  });

  it('has a block that a node did not hear of, the longer one where two imposed it', async () => {
    const [one, two] = [node('one'), node('two')];
    await one.block();
    await pass(11);
    nodes.deaf.add('two');
    await one.block();
    clock.advance(5_000);
    nodes.deaf.delete('two');
    nodes.deaf.add('one');
    await two.block();
    nodes.deaf.clear();
    await pass(3);
    expect(one.remainingMs()).toBe(two.remainingMs());
    expect(one.keys()).toEqual(['bad']);
  });

  it('is written again where the store lost it, and read by a node that starts then', async () => {
    const one = node('one');
    await one.block();
    store.clear();
    await pass(1);
    expect(node('two').keys()).toEqual([]);
    await settle();
    const two = node('two');
    await settle();
    expect([two.keys(), two.heard]).toEqual([['bad'], ['bad']]);
  });

  it('keeps nothing of a block that was lifted longer than the block would have lasted', async () => {
    const one = node('one');
    await one.block();
    await one.lift();
    await pass(11);
    const two = node('two');
    await settle();
    expect(await store.list('')).toEqual([]);
    expect(two.keys()).toEqual([]);
    one.shared.close();
    two.shared.close();
    expect(clock.pending).toBe(0);
  });
});
