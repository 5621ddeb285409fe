import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hasLowOrder } from './primitives.ts';

describe('keys of small order (S1)', () => {
  // Points of Ed25519, worked out here from the curve's equation alone.
  const p = 2n ** 255n - 19n;
  const mod = (n: bigint) => ((n % p) + p) % p;
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n;
    for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
    return result;
  };
  const inverse = (n: bigint) => power(n, p - 2n);
  const d = mod(-121665n * inverse(121666n));
  const xOf = (y: bigint): bigint | undefined => {
    const xx = mod((y * y - 1n) * inverse(d * y * y + 1n));
    let x = power(xx, (p + 3n) / 8n);
    if (mod(x * x) !== xx) x = mod(x * power(2n, (p - 1n) / 4n));
    return mod(x * x) === xx ? x : undefined;
  };
  const double = ([x, y]: [bigint, bigint]): [bigint, bigint] => {
    const t = mod(d * x * x * y * y);
    return [mod(2n * x * y * inverse(1n + t)), mod((y * y + x * x) * inverse(1n - t))];
  };
  const orderDivides8 = (key: Uint8Array): boolean => {
    const y = mod(BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`) & (2n ** 255n - 1n));
    const x = xOf(y);
    if (x === undefined) return false;
    const [ex, ey] = double(double(double([x, y])));
    return ex === 0n && ey === 1n;
  };
  const keyOf = (y: bigint, sign = 0) => {
    const bytes = new Uint8Array(Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse());
    bytes[31] = (bytes[31] ?? 0) | (sign << 7);
    return bytes;
  };

  it('are all recognised, in every spelling', () => {
    // Doubling three times gives the identity exactly when y is 0, ±1 or one of the four ±y of order eight.
    const eight = BigInt(
      `0x${Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex').reverse().toString('hex')}`,
    );
    for (const y of [0n, 1n, p - 1n, p, p + 1n, eight, p - eight]) {
      for (const sign of [0, 1]) {
        const key = keyOf(y, sign);
        expect(orderDivides8(key)).toBe(true);
        expect(hasLowOrder(key)).toBe(true);
      }
    }
  });

  it('are not found among usual keys', () => {
    for (let n = 0; n < 20; n++) {
      const der = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
      const key = new Uint8Array(der.subarray(-32));
      expect(orderDivides8(key)).toBe(false);
      expect(hasLowOrder(key)).toBe(false);
    }
  });
});
