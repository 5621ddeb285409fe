import { describe, expect, it } from 'vitest';
import { ConnectionCap } from './connection-cap.ts';

describe('the TCP connections of an address (R2, P4)', () => {
  it('are as many as it may have, a home of IPv6 as one, and leave nothing when they are closed', () => {
    const cap = new ConnectionCap(2, () => false);
    const shares = ['203.0.113.1', '203.0.113.1', '203.0.113.2', '2001:db8::1', '2001:db8::2'].map((ip) =>
      cap.take(ip),
    );
    expect(shares.every((share) => share !== undefined)).toBe(true);
    expect([cap.take('203.0.113.1'), cap.take('2001:db8::3')]).toEqual([undefined, undefined]);
    expect(cap.size).toBe(3);
    const [first] = shares;
    if (first) cap.giveBack(first);
    const again = cap.take('203.0.113.1');
    expect(again).toBeDefined();
    expect(cap.take('203.0.113.1')).toBeUndefined();
    for (const share of [...shares.slice(1), again]) if (share) cap.giveBack(share);
    expect(cap.size).toBe(0);
  });

  it('are not counted of a trusted proxy, nor where the limit is lifted', () => {
    for (const cap of [new ConnectionCap(1, (ip) => ip === '10.0.0.1'), new ConnectionCap(0, () => false)]) {
      for (let n = 0; n < 10; n++) {
        const share = cap.take('10.0.0.1');
        expect(share).toBeDefined();
        if (n % 2 === 0 && share) cap.giveBack(share);
      }
      expect(cap.size).toBe(0);
    }
  });
});
