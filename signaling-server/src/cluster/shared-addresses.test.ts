import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyedAddresses } from './shared-addresses.ts';

describe('addresses in what nodes share (P1, S13)', () => {
  const [one, two, other] = ['a', 'a', 'b'].map((letter) => keyedAddresses(letter.repeat(32), randomBytes));
  if (!one || !two || !other) throw new Error('none');

  it.each(['203.0.113.7', '2001:db8:1:2::/64'])(
    'are named alike by all nodes and opened by nobody else: %s',
    (address) => {
      expect(one.nameOf(address)).toBe(two.nameOf(address));
      expect(one.nameOf(address)).not.toBe(other.nameOf(address));
      expect(one.nameOf(address)).not.toBe(one.nameOf(`${address}1`));
      const sealed = one.seal(address);
      expect(sealed).not.toBe(one.seal(address));
      expect(two.open(sealed)).toBe(address);
      expect(other.open(sealed)).toBe(undefined);
      for (const broken of ['', 'x', address, sealed.slice(0, -2), `A${sealed}`])
        expect(two.open(broken)).toBe(undefined);
    },
  );
});
