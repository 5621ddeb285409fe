import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { concatBytes, fromBase64Url, RoomId, toBase64Url, utf8 } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { hostHashOf, isLowOrderKey, provesMembership } from './membership.ts';

const challenge = new Uint8Array(32).fill(5);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
const idOf = (authPub: Uint8Array) =>
  RoomId.parse(toBase64Url(sha256(concatBytes(utf8('parley/1 room-id'), authPub)).subarray(0, 16)));

function member() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const authPub = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const roomId = idOf(authPub);
  const prove = (host: string, over = challenge) =>
    toBase64Url(
      sign(
        null,
        concatBytes(utf8('parley/1 join'), sha256(utf8(host)), over, fromBase64Url(roomId) ?? new Uint8Array()),
        privateKey,
      ),
    );
  return { roomId, authPub: toBase64Url(authPub), prove };
}

describe('proof of membership (S1)', () => {
  const { roomId, authPub, prove } = member();
  const hosts = ['example.org', 'example.org:7350'].map(hostHashOf);

  it('holds for every name of this server, however it is spelled', () => {
    expect(provesMembership({ roomId, authPub, sig: prove('example.org') }, challenge, hosts)).toBe(true);
    expect(provesMembership({ roomId, authPub, sig: prove('example.org:7350') }, challenge, hosts)).toBe(true);
    expect(
      provesMembership({ roomId, authPub, sig: prove('example.org') }, challenge, [hostHashOf('EXAMPLE.org')]),
    ).toBe(true);
  });

  it('does not hold for another host, another challenge, another room or another key', () => {
    const other = member();
    const sig = prove('example.org');
    const holds = (join: { roomId: RoomId; authPub: string; sig: string }, over = challenge) =>
      provesMembership(join, over, hosts);
    expect(holds({ roomId, authPub, sig: prove('evil.example') })).toBe(false);
    expect(holds({ roomId, authPub, sig }, new Uint8Array(32).fill(6))).toBe(false);
    expect(holds({ roomId: other.roomId, authPub, sig })).toBe(false);
    expect(holds({ roomId: other.roomId, authPub: other.authPub, sig })).toBe(false);
  });

  it('refuses keys under which a signature fits any message', () => {
    // The identity point as key, R = identity, S = 0: a valid signature for a library that does not look.
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const sig = new Uint8Array(64);
    sig[0] = 1;
    expect(
      provesMembership(
        { roomId: idOf(identity), authPub: toBase64Url(identity), sig: toBase64Url(sig) },
        challenge,
        hosts,
      ),
    ).toBe(false);
  });
});

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
        expect(isLowOrderKey(key)).toBe(true);
      }
    }
  });

  it('are not found among usual keys', () => {
    for (let n = 0; n < 20; n++) {
      const der = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
      const key = new Uint8Array(der.subarray(-32));
      expect(orderDivides8(key)).toBe(false);
      expect(isLowOrderKey(key)).toBe(false);
    }
  });
});
