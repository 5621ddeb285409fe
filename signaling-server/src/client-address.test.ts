import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createAddressReader, isLoopback, limitKeyOf, parseCidr } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress } as Socket,
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

describe('createAddressReader (R2)', () => {
  it('believes nobody unless told to', () => {
    const read = createAddressReader([]);
    expect(read(request('203.0.113.9', '198.51.100.1'))).toBe('203.0.113.9');
    expect(read(request('127.0.0.1', '198.51.100.1'))).toBe('127.0.0.1');
  });

  it('believes a named proxy, and of its chain only the last hop that is not a proxy', () => {
    const read = createAddressReader(['10.0.0.0/8', 'fd00::/8']);
    expect(read(request('10.1.2.3', '198.51.100.1'))).toBe('198.51.100.1');
    expect(read(request('::ffff:10.1.2.3', '6.6.6.6, 198.51.100.1, 10.9.9.9'))).toBe('198.51.100.1');
    expect(read(request('fd00::1', '2001:db8::7'))).toBe('2001:db8::7');
    expect(read(request('203.0.113.9', '198.51.100.1'))).toBe('203.0.113.9');
  });

  it.each([
    ['198.51.100.1:50123', '198.51.100.1'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:0DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('reads %s as %s, from a proxy and from a socket', (written, ip) => {
    expect(createAddressReader(['10.0.0.0/8'])(request('10.1.2.3', written))).toBe(ip);
    expect(createAddressReader(['::ffff:10.0.0.0/104'])(request('::ffff:10.1.2.3', `6.6.6.6, ${written}`))).toBe(ip);
    if (!written.includes('5012') && !written.includes('[')) expect(createAddressReader([])(request(written))).toBe(ip);
  });

  it('trusts a proxy however its address is written', () => {
    for (const far of ['10.1.2.3', '::ffff:10.1.2.3', '::FFFF:a01:203', '64:ff9b::a01:203'])
      expect(createAddressReader(['10.1.2.3'])(request(far, '198.51.100.1')), far).toBe('198.51.100.1');
  });

  it('warns once of a header that is not believed, and once of a proxy that sends none', () => {
    const told: string[] = [];
    const read = createAddressReader(['10.0.0.0/8'], (key) => void told.push(key));
    read(request('10.1.2.3', '198.51.100.1'));
    read(request('203.0.113.9'));
    expect(told).toEqual([]);
    for (let n = 0; n < 3; n++) read(request('172.16.0.1', '198.51.100.1'));
    expect(told).toEqual(['unnamed-proxy']);
    for (let n = 0; n < 3; n++) read(request('10.1.2.3', n === 0 ? 'unknown' : undefined));
    expect(told).toEqual(['unnamed-proxy']);
    for (let n = 0; n < 3; n++) read({ ...request('10.1.2.3'), headers: { upgrade: 'websocket' } });
    expect(told).toEqual(['unnamed-proxy', 'silent-proxy']);
  });

  it('stops at what is no address', () => {
    const read = createAddressReader(['10.0.0.0/8']);
    expect(read(request('10.1.2.3', '198.51.100.1, nonsense'))).toBe('10.1.2.3');
    expect(read(request('10.1.2.3', ''))).toBe('10.1.2.3');
  });
});

describe('limitKeyOf (R1, R2, R3)', () => {
  it('counts an IPv4 address by itself and IPv6 by its /64', () => {
    expect(limitKeyOf('198.51.100.1')).toBe('198.51.100.1');
    expect(limitKeyOf('2001:db8::1')).toBe(limitKeyOf('2001:0db8:0:0:ffff::2'));
    expect(limitKeyOf('2001:db8:0:1::1')).not.toBe(limitKeyOf('2001:db8::1'));
    expect(limitKeyOf('::1')).toBe('0:0:0:0::/64');
  });
});

describe('parseCidr', () => {
  it.each([
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    'host',
    '[::1]',
    '10.0.0.1:80',
    '1',
    '::ffff:10.0.0.0/90',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('isLoopback', () => {
  it('knows loopback from the rest', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
    expect(['128.0.0.1', '::2', '', '127.0.0.1.example'].some(isLoopback)).toBe(false);
  });
});
