import { ServerHost } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { allowedIceServers } from './ice-policy.ts';

const kept = (host: string, ...urls: string[]) =>
  allowedIceServers(ServerHost.parse(host), [{ urls }]).flatMap((server) => server.urls);

describe('ICE servers of a signaling server', () => {
  it.each([
    ['example.org', 'turn:example.org:3478?transport=udp'],
    ['example.org', 'turns:turn.example.org:443?transport=tcp'],
    ['parley.example.org:8443', 'stun:turn.example.org'],
    ['203.0.113.7:7350', 'turn:203.0.113.7:5349'],
    ['192.168.1.5:7350', 'turn:192.168.1.6:40000'],
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
});
