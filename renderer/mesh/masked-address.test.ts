import { describe, expect, it } from 'vitest';
import { maskedAddress } from './masked-address.ts';

describe('maskedAddress', () => {
  it.each([
    ['192.168.1.20', '192.168.*.*'],
    ['203.0.113.77', '203.0.*.*'],
    ['2001:db8:85a3::8a2e:370:7334', '2001:db8:*'],
    ['[fe80::1]', 'fe80:*'],
    ['::1', '*'],
    ['fe80::1%eth0', 'fe80:*'],
    ['3b2c4a1e-7e1c-4b2f-9d57-1f2c3d4e5f60.local', '*'],
    ['my-laptop', '*'],
    ['', '*'],
  ])('leaves the network of %s and nothing of the computer (C7)', (address, masked) => {
    expect(maskedAddress(address)).toBe(masked);
  });
});
