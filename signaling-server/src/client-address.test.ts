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
  it.each(['', '10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/-1', 'host'])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

describe('isLoopback', () => {
  it('knows loopback from the rest', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
    expect(['128.0.0.1', '::2', '', '127.0.0.1.example'].some(isLoopback)).toBe(false);
  });
});
