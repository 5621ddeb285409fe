import type { NetworkChange } from '@parley/shared/bridge';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownAddresses, watchNetwork, whileUsed } from './network-watch.ts';
import { testClock } from './testing/test-kit.ts';

describe('the watch over the network', () => {
  let heard: NetworkChange[];
  let addresses: string[];
  let clock: ReturnType<typeof testClock>;
  let stop: () => void;
  beforeEach(() => {
    heard = [];
    addresses = ['192.168.1.2', '2001:db8::2'];
    clock = testClock();
    stop = watchNetwork({ clock, addresses: () => addresses, changed: (how) => heard.push(how) });
  });

  it('says nothing while nothing changes', () => {
    for (let second = 0; second < 100; second++) clock.advance(1_000);
    expect(heard).toEqual([]);
  });

  it.each<[string, string[], NetworkChange]>([
    ['another network', ['10.0.0.7'], 'lost'],
    ['no network', [], 'lost'],
    ['one of two networks', ['192.168.1.2'], 'lost'],
    ['one more network', ['192.168.1.2', '2001:db8::2', '10.0.0.7'], 'found'],
  ])('tells of %s within a second, once', (_name, now, how) => {
    addresses = now;
    clock.advance(1_000);
    clock.advance(5_000);
    expect(heard).toEqual([how]);
  });

  it('tells of a network that comes after there was none', () => {
    addresses = [];
    clock.advance(1_000);
    addresses = ['10.0.0.7'];
    clock.advance(1_000);
    expect(heard).toEqual(['lost', 'found']);
  });

  it('tells that the computer slept, where its monotonic clock stood still meanwhile', () => {
    clock.setWall(40_000);
    clock.advance(1_000);
    expect(heard).toEqual(['woke']);
  });

  it('tells that the computer slept, or this process stood still, where the clock went on', () => {
    let late = 0;
    stop();
    watchNetwork({
      clock: { ...clock, monotonicMs: () => clock.monotonicMs() + late, now: () => clock.now() + late },
      addresses: () => addresses,
      changed: (how) => heard.push(how),
    });
    clock.advance(1_000);
    late = 40_000;
    clock.advance(1_000);
    expect(heard).toEqual(['woke']);
  });

  it('takes a wall clock that goes back, or a little forward, for nothing', () => {
    clock.setWall(-3_600_000);
    clock.advance(1_000);
    clock.setWall(4_000);
    clock.advance(1_000);
    expect(heard).toEqual([]);
  });

  it('ends with its undo', () => {
    stop();
    addresses = [];
    clock.advance(10_000);
    expect(heard).toEqual([]);
  });
});

it('knows the addresses by which others reach this computer', () => {
  for (const address of ownAddresses()) expect(address).not.toMatch(/^(127\.|::1$|fe80:)/);
});

it('something runs from the first use to the end of the last', () => {
  const seen: string[] = [];
  const { use, close } = whileUsed(() => {
    seen.push('begins');
    return () => seen.push('ends');
  });
  const [first, second] = [use(), use()];
  first();
  first();
  expect(seen).toEqual(['begins']);
  second();
  expect(seen).toEqual(['begins', 'ends']);
  use();
  close();
  close();
  expect(seen).toEqual(['begins', 'ends', 'begins', 'ends']);
});
