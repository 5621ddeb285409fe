import { describe, expect, it } from 'vitest';
import { bridgeCalls, bridgeEvents } from './contract.ts';
import * as names from './names.ts';

describe('the bridge’s names', () => {
  it('are those of the contract, calls as noun.verb, events as noun.past', () => {
    const lists = Object.values(names).filter((value) => Array.isArray(value) || value instanceof Set);
    const listed = new Set(lists.flatMap((list) => [...(list as Iterable<string>)]));
    expect([...listed].sort()).toEqual([...Object.keys(bridgeCalls), ...Object.keys(bridgeEvents)].sort());
    for (const name of listed) expect(name).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  });

  it('refuse everything that is not in a row: each input has a schema that takes no foreign kind', () => {
    for (const [name, { input }] of Object.entries(bridgeCalls)) {
      expect(input.safeParse('text').success, name).toBe(false);
      expect(input.safeParse(7).success, name).toBe(false);
    }
  });
});
