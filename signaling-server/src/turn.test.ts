import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './testing/fake-clock.ts';
import { createIceSource } from './turn.ts';

const secret = 's'.repeat(32);

describe('createIceSource (S12, P13)', () => {
  it('makes credentials that coturn checks by itself and that end', () => {
    const clock = new FakeClock(1_700_000_000_500);
    const source = createIceSource(
      { stunUrls: ['stun:a'], turnUrls: ['turn:b', 'turns:c'], turnSecret: secret, turnTtlS: 600 },
      clock,
    );
    const { iceServers, expiresInMs } = source.current('198.51.100.7');
    expect(expiresInMs).toBe(600_000);
    expect(iceServers[0]).toEqual({ urls: ['stun:a'] });
    const username = iceServers[1]?.username ?? '';
    expect(username).toMatch(/^1700000600:[A-Za-z0-9_-]{12}$/);
    expect(iceServers[1]?.credential).toBe(createHmac('sha1', secret).update(username).digest('base64'));
  });

  it('gives an address one name whenever and wherever it asks, for the relay counts by that, and the name does not tell it', () => {
    const nameAt = (limitKey: string, { nowMs = 1_700_000_000_000, turnSecret = secret } = {}) =>
      createIceSource({ stunUrls: [], turnUrls: ['turn:b'], turnSecret, turnTtlS: 600 }, new FakeClock(nowMs))
        .current(limitKey)
        .iceServers[0]?.username?.split(':')[1];
    const name = nameAt('198.51.100.7');
    expect(nameAt('198.51.100.7', { nowMs: 1_800_000_000_000 })).toBe(name);
    expect(nameAt('198.51.100.8')).not.toBe(name);
    expect(nameAt('2001:db8:1:2::/64')).not.toBe(name);
    expect(nameAt('198.51.100.7', { turnSecret: 't'.repeat(32) })).not.toBe(name);
  });

  it('offers no relay and no expiry without a secret', () => {
    const source = createIceSource(
      { stunUrls: [], turnUrls: [], turnSecret: undefined, turnTtlS: 600 },
      new FakeClock(),
    );
    expect(source.credentials).toBeUndefined();
    expect(source.current('198.51.100.7')).toEqual({ iceServers: [] });
  });
});
