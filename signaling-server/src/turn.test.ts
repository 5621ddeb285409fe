import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { createIceSource } from './turn.ts';

const secret = 's'.repeat(32);
const random = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(1);

describe('createIceSource (S12, P13)', () => {
  it('makes credentials that coturn checks by itself and that end', () => {
    const clock = new FakeClock(1_700_000_000_500);
    const source = createIceSource(
      { stunUrls: ['stun:a'], turnUrls: ['turn:b', 'turns:c'], turnSecret: secret, turnTtlS: 600 },
      clock,
      random,
    );
    const { iceServers, expiresInMs } = source.current();
    expect(expiresInMs).toBe(600_000);
    expect(iceServers[0]).toEqual({ urls: ['stun:a'] });
    expect(iceServers[1]?.username).toBe('1700000600:AQEBAQEBAQEB');
    expect(iceServers[1]?.credential).toBe(
      createHmac('sha1', secret).update('1700000600:AQEBAQEBAQEB').digest('base64'),
    );
  });

  it('offers no relay and no expiry without a secret', () => {
    const source = createIceSource(
      { stunUrls: [], turnUrls: [], turnSecret: undefined, turnTtlS: 600 },
      new FakeClock(),
      random,
    );
    expect(source.offersRelay).toBe(false);
    expect(source.current()).toEqual({ iceServers: [] });
  });
});
