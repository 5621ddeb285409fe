import { ServerHost } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { allowedIceServers, iceLifetimeMs } from './ice-policy.ts';

const kept = (host: string, ...urls: string[]) =>
  allowedIceServers(ServerHost.parse(host), [{ urls, username: 'u', credential: 'c' }]).flatMap(
    (server) => server.urls,
  );

describe('ICE servers of a signaling server', () => {
  it('are kept where the rule of shared/protocol lets them be', () => {
    expect(kept('example.org', 'turn:turn.example.org', 'turn:evil.test', 'turn:example.org:0')).toEqual([
      'turn:turn.example.org',
    ]);
  });

  it('keeps the credentials of what it keeps and drops entries that have nothing left', () => {
    const servers = allowedIceServers(ServerHost.parse('example.org'), [
      { urls: ['turn:evil.test', 'turn:example.org'], username: 'u', credential: 'c' },
      { urls: ['turn:evil.test'], username: 'u', credential: 'c' },
    ]);
    expect(servers).toEqual([{ urls: ['turn:example.org'], username: 'u', credential: 'c' }]);
  });

  it.each([
    [undefined, undefined],
    ['u', undefined],
    [undefined, 'c'],
    ['', 'c'],
    ['u', ''],
    ['u'.repeat(510), 'c'],
    ['ü'.repeat(255), 'c'],
  ])(
    'keeps no relay without a username and a credential that WebRTC takes, and STUN beside it (%#)',
    (username, credential) => {
      const offered = {
        urls: ['turn:example.org', 'stun:example.org', 'TURNS:example.org'],
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      };
      expect(allowedIceServers(ServerHost.parse('example.org'), [offered])).toEqual([{ urls: ['stun:example.org'] }]);
    },
  );

  it('last between half a minute and a day', () => {
    expect([1, 600_000, 2 ** 40].map(iceLifetimeMs)).toEqual([30_000, 600_000, 86_400_000]);
  });
});
