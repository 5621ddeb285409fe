import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { PLAINTEXT_MAX_BYTES, pad, unpad } from './padding.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

describe('padding', () => {
  it.each([
    [0, 256],
    [254, 256],
    [255, 1_024],
    [1_022, 1_024],
    [1_023, 4_096],
    [4_094, 4_096],
    [4_095, 16_000],
    [15_998, 16_000],
  ])('brings %i bytes to %i', (size, padded) => {
    const plaintext = new Uint8Array(size).fill(7);
    expect(pad(plaintext)).toHaveLength(padded);
    expect(unpad(pad(plaintext))).toEqual(plaintext);
  });

  it('takes no more than fits', () => {
    expect(() => pad(new Uint8Array(PLAINTEXT_MAX_BYTES + 1))).toThrow(RangeError);
  });

  it('has one form: another bucket, a false length or anything but zeros behind is refused', () => {
    const padded = pad(new Uint8Array([1, 2, 3]));
    expect(unpad(padded.slice(0, 255))).toBe(undefined);
    const roomier = new Uint8Array(1_024);
    roomier.set(padded);
    expect(unpad(roomier)).toBe(undefined);
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 255 }), fc.integer({ min: 1, max: 255 }), (at, byte) => {
        const dirty = padded.slice();
        dirty[at] = byte;
        expect(unpad(dirty)).toBe(undefined);
      }),
    );
    const lying = padded.slice();
    lying[0] = 255;
    expect(unpad(lying)).toBe(undefined);
  });
});
