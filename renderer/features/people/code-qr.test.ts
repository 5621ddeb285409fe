import { describe, expect, it } from 'vitest';
import { compareScanned, qrTextOf } from './code-qr.ts';

const code = Array.from({ length: 12 }, (_, group) => String(10_000 + group)).join(' ');
const foreign = code.replace('10005', '10055');

describe('the QR code of two devices', () => {
  it('is the same at both ends, and different where somebody stands between them (C9)', () => {
    expect(compareScanned(qrTextOf(code), code)).toBe('same');
    expect(compareScanned(qrTextOf(foreign), code)).toBe('different');
  });

  it('is told from codes of other things', () => {
    expect(compareScanned('parley://join/example.org#1.a.b', code)).toBe('other');
    expect(compareScanned(`${qrTextOf(code)}1`, code)).toBe('other');
  });
});
