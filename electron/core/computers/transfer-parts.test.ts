import type { TransferItem } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';
import { transferBox, transferKey } from '@parley/shared/sealing';
import { describe, expect, it } from 'vitest';
import { newDeviceId, randomId } from '../testing/test-kit.ts';
import { partsOf } from './transfer-parts.ts';

describe('the parts of a transfer (H9)', () => {
  const peers = (count: number, name: (at: number) => string): TransferItem[] =>
    Array.from({ length: count }, (_, at) => ({
      kind: 'peer',
      deviceId: newDeviceId(),
      name: name(at),
      verified: at % 2 === 0,
    }));

  it.each([
    ['one byte for each character', 'a'],
    ['three bytes for each UTF-16 unit', '漢'],
    ['four bytes for two units', '🌱'],
  ])('hold all items in their order, and each fits into a message as full as can be: %s', async (_what, letter) => {
    const items = peers(700, () => letter.repeat(512 / letter.length));
    const parts = partsOf(items);
    expect(parts.flatMap((part) => JSON.parse(part))).toEqual(items);
    const { publicKey, privateKey } = await transferKey();
    const keys = { own: privateKey, other: publicKey, boxKey: publicKey, eph: publicKey, parts: parts.length };
    const box = await transferBox(keys, { person: randomId(32), device: randomId(32) });
    const sealed = await Promise.all(parts.map(async (part, index) => (await box?.seal(index, part)) ?? ''));
    const lengths = sealed.map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(LIMITS.transferPartMaxChars);
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(LIMITS.transferPartMaxChars - 4_000);
  });

  it('hold no more items than are taken, and one part where there is nothing', () => {
    const parts = partsOf(peers(2_500, () => ''));
    expect(Math.max(...parts.map((part) => JSON.parse(part).length))).toBeLessThanOrEqual(1_000);
    expect(partsOf([])).toEqual(['[]']);
  });
});
