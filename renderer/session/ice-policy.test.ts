import { ServerHost } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { allowedIceServers, iceLifetimeMs } from './ice-policy.ts';

const kept = (host: string, ...urls: string[]) =>
  allowedIceServers(ServerHost.parse(host), [{ urls, username: 'u', credential: 'c' }]).flatMap(
    (server) => server.urls,
  );

describe('ICE servers of a signaling server', () => {
  it.each([
    ['example.org', 'turn:example.org:3478?transport=udp'],
    ['example.org', 'turns:turn.example.org:443?transport=tcp'],
    ['parley.example.org:8443', 'stun:turn.example.org'],
    ['203.0.113.7:7350', 'turn:203.0.113.7:5349'],
    ['192.168.1.5:7350', 'turn:192.168.1.6:40000'],
    ['192.168.1.5:7350', 'turn:192.168.1.6:65535'],
    ['127.0.0.1:7350', 'turn:127.0.0.1:3479?transport=tcp'],
    ['[::1]:7350', 'turn:[::1]:3479'],
  ])('%s may name %s', (host, url) => {
    expect(kept(host, url)).toEqual([url]);
  });

  it.each([
    ['example.org', 'turn:192.168.1.1:3478'],
    ['example.org', 'turn:localhost:3478'],
    ['example.org', 'turn:[fd00::1]:3478'],
    ['example.org', 'turn:evil.test:3478'],
    ['example.org', 'turn:notexample.org:3478'],
    ['example.org', 'turn:other.org:3478'],
    ['example.org', 'turn:example.org:22'],
    ['203.0.113.7', 'turn:203.0.113.8:3478'],
    ['192.168.1.5:7350', 'turn:evil.test:3478'],
    ['example.org', 'http://example.org/'],
    ['example.org', 'turn:example.org:3478?transport=udp&x=1'],
    ['example.org', 'stun:example.org?transport=udp'],
    ['192.168.1.5:7350', 'turn:192.168.1.6:65536'],
    ['192.168.1.5:7350', 'turn:192.168.1.6:99999'],
    ['192.168.1.5:7350', 'stun:192.168.1.6:0'],
  ])('%s may not name %s', (host, url) => {
    expect(kept(host, url)).toEqual([]);
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
