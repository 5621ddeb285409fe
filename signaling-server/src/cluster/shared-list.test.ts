import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { type SharedList, shareList } from './shared-list.ts';
import { FakeNodes } from './testing/fake-nodes.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('a list that every node has (S13)', () => {
  let clock: FakeClock;
  let nodes: FakeNodes;
  let lists: SharedList[];
  beforeEach(() => {
    clock = new FakeClock();
    nodes = new FakeNodes();
    lists = [];
  });

  /** A node with texts that it tells of. */
  const node = (name: string, texts: readonly string[] = []) => {
    const known = new Set(texts);
    const list = shareList({
      clock,
      nodes: nodes.join(name),
      topic: 'texts',
      all: () => Array.from(known, (text) => ({ fingerprint: text, item: text })),
      receive: (item) => void known.add(String(item)),
    });
    lists.push(list);
    return {
      known,
      tell: (text: string): void => {
        known.add(text);
        list.tell(text);
      },
    };
  };
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      await settle();
    }
  };
  const heard = (to: string) => nodes.said.filter((said) => said.to === to && said.topic === 'texts');

  it('is given to a node that starts by one of the others, and told to nobody else', async () => {
    const all = Array.from({ length: 1_000 }, (_, at) => `${at} `.padEnd(300, 'x'));
    for (const name of ['one', 'two', 'three', 'four']) node(name, all);
    await pass(10);
    nodes.said.length = 0;
    const late = node('late');
    await settle();
    await pass(5);
    expect(late.known.size).toBe(1_000);
    for (const name of ['one', 'two', 'three', 'four']) expect(heard(name)).toEqual([]);
    const told = heard('late');
    expect(new Set(told.map(({ from }) => from)).size).toBe(1);
    expect(told.length).toBeLessThan(20);
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(25_000);
  });

  it('is whole at once where something was missed, and some time later where nobody noticed', async () => {
    const [one, two] = [node('one'), node('two')];
    await pass(5);
    nodes.deaf.add('two');
    one.tell('first');
    await settle();
    nodes.deaf.clear();
    expect([...two.known]).toEqual([]);
    nodes.miss('two');
    await settle();
    expect([...two.known]).toEqual(['first']);
    nodes.deaf.add('two');
    one.tell('second');
    await settle();
    nodes.deaf.clear();
    await pass(60);
    expect([...two.known]).toEqual(['first', 'second']);
  });

  it('costs one short question a minute where all have the same, and nothing on a server that is alone', async () => {
    node('one', ['same']);
    await pass(120);
    expect(nodes.said).toEqual([]);
    for (const name of ['two', 'three']) node(name, ['same']);
    await pass(10);
    nodes.said.length = 0;
    await pass(60);
    expect(nodes.said.map(({ topic }) => topic)).toEqual(Array(3).fill('texts-wanted'));
  });

  it('stops when it is closed', async () => {
    node('one');
    node('two');
    await settle();
    for (const list of lists) list.close();
    expect(clock.pending).toBe(0);
  });
});
