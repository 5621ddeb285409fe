import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../base/limits.ts';
import { ServerHost } from '../model/server-host.ts';
import { seededBy } from '../testing/test-seed.ts';
import { iceDropReason, parseIceUrl } from './ice-url.ts';
import { IceConfig } from './signaling.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

describe('the address of a STUN or TURN server (S12)', () => {
  it.each([
    ['stun:example.org', { scheme: 'stun', name: 'example.org', port: 3478, transport: undefined }],
    ['stuns:example.org', { scheme: 'stuns', name: 'example.org', port: 5349, transport: undefined }],
    ['TURN:Turn.Example.org:443', { scheme: 'turn', name: 'turn.example.org', port: 443, transport: undefined }],
    ['turns:example.org?transport=tcp', { scheme: 'turns', name: 'example.org', port: 5349, transport: 'tcp' }],
    ['turn:203.0.113.7:1?transport=udp', { scheme: 'turn', name: '203.0.113.7', port: 1, transport: 'udp' }],
    ['turn:[2001:db8::1]:65535', { scheme: 'turn', name: '2001:db8::1', port: 65_535, transport: undefined }],
    ['turn:coturn_1.internal', { scheme: 'turn', name: 'coturn_1.internal', port: 3478, transport: undefined }],
  ])('%s is one', (text, parts) => {
    expect(parseIceUrl(text)).toEqual(parts);
  });

  it.each([
    'stun:example.org?transport=udp',
    'stuns:example.org?transport=tcp',
    'turn:example.org?transport=tls',
    'turn:example.org?transport=udp&x=1',
    'turn:example.org:0',
    'turn:example.org:65536',
    'turn:example.org:99999',
    'turn:example.org:100000',
    'turn:example.org:https',
    'turn:example.org:',
    'turn:2001:db8::1',
    'turn:2001:db8::1:3478',
    'turn:[2001:db8::1',
    'turn:[2001:db8::1::2]',
    'turn:[203.0.113.7]',
    'turn:203.0.113.256',
    'turn:203.0.113',
    'turn:-example.org',
    'turn:example..org',
    `turn:${'a'.repeat(64)}.org`,
    'turn:',
    'turn://example.org',
    'turn:ana@example.org',
    'http://example.org/',
    ' turn:example.org',
    '',
  ])('%j is none', (text) => {
    expect(parseIceUrl(text)).toBe(undefined);
  });

  it('never throws, whatever it is', () => {
    const like = fc.tuple(fc.constantFrom('stun:', 'turns:', ''), fc.string({ maxLength: 300, unit: 'binary' }));
    fc.assert(fc.property(like, ([scheme, rest]) => void parseIceUrl(scheme + rest)));
  });
});

describe('the ICE servers that apps take from a signaling server (S12)', () => {
  it.each([
    ['example.org', 'turn:example.org:3478?transport=udp', undefined],
    ['example.org', 'turns:turn.example.org:443?transport=tcp', undefined],
    ['parley.example.org:8443', 'stun:turn.example.org', undefined],
    ['203.0.113.7:7350', 'turn:203.0.113.7:5349', undefined],
    ['192.168.1.5:7350', 'turn:192.168.1.6:40000', undefined],
    ['[::1]:7350', 'turn:[::1]:3479', undefined],
    ['example.org', 'turn:192.168.1.1:3478', 'private-address'],
    ['example.org', 'turn:localhost:3478', 'private-address'],
    ['example.org', 'turn:[fd00::1]:3478', 'private-address'],
    ['example.org', 'turn:203.0.113.8:3478', 'other-site'],
    ['example.org', 'turn:notexample.org:3478', 'other-site'],
    ['203.0.113.7', 'turn:203.0.113.8:3478', 'other-site'],
    ['192.168.1.5:7350', 'turn:evil.test:3478', 'other-site'],
    ['example.org', 'turn:example.org:22', 'unusual-port'],
    ['example.org', 'stun:example.org?transport=udp', 'malformed'],
  ])('at %s, %s: %s', (host, url, reason) => {
    expect(iceDropReason(ServerHost.parse(host), url)).toBe(reason);
  });
});

describe('the servers in the answer to a join', () => {
  const urls = (count: number) => Array.from({ length: count }, (_, n) => `turn:${n}.example.org`);

  it('are as many as settings may name, and no more', () => {
    const { iceUrlsMax } = LIMITS;
    const answer = (count: number) => ({
      iceServers: [{ urls: urls(count) }, { urls: urls(count), username: 'u'.repeat(509), credential: 'c' }],
      expiresInMs: 1,
    });
    expect(IceConfig.safeParse(answer(iceUrlsMax)).success).toBe(true);
    expect(IceConfig.safeParse(answer(iceUrlsMax + 1)).success).toBe(false);
  });
});
