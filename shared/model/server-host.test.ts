import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { readServerHost } from './server-host.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

describe('the address of a server', () => {
  it.each([
    ['Talk.Example.ORG', 'talk.example.org'],
    ['talk.example.org:8443', 'talk.example.org:8443'],
    // Connections take that port anyway; two spellings would be two servers.
    ['talk.example.org:443', 'talk.example.org'],
    ['talk.example.org:80', 'talk.example.org:80'],
    ['192.168.1.5:80', '192.168.1.5'],
    ['192.168.1.5:443', '192.168.1.5:443'],
    ['localhost:7350', 'localhost:7350'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['[2001:DB8:0:0::1]:7350', '[2001:db8::1]:7350'],
    ['[fd00::1]:80', '[fd00::1]'],
    ['0x7f.1', '127.0.0.1'],
  ])('%s is %s', (text, host) => {
    expect(readServerHost(text)).toBe(host);
  });

  it.each([
    '',
    ' ',
    'talk.example.org:0',
    'talk.example.org:65536',
    'talk.example.org:99999',
    'talk.example.org:http',
    'talk.example.org:',
    'talk.example.org/x',
    'ana@talk.example.org',
    'talk.example.org?x',
    'talk.example.org#1',
    'https://talk.example.org',
    '2001:db8::1',
    '[2001:db8::1',
    '%74alk.example.org',
    'ta\\lk.example.org',
    'two words',
  ])('%j is none', (text) => {
    expect(readServerHost(text)).toBe(undefined);
  });

  it('has one spelling: what was read is read as it is, whatever was written', () => {
    const text = fc.oneof(fc.string({ maxLength: 80, unit: 'binary' }), fc.webAuthority(), fc.ipV6());
    fc.assert(
      fc.property(text, (written) => {
        const host = readServerHost(written);
        if (host !== undefined) expect(readServerHost(host)).toBe(host);
      }),
    );
  });
});
