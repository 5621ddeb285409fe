import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Bytes, concatBytes, fromBase64Url, toBase64Url } from '@parley/shared/protocol';
import { hasLowOrder } from '@parley/shared/sealing';

// RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS#8 and in SubjectPublicKeyInfo.
const PRIVATE_PREFIX = new Uint8Array(Buffer.from('302e020100300506032b657004220420', 'hex'));
const PUBLIC_PREFIX = new Uint8Array(Buffer.from('302a300506032b6570032100', 'hex'));

/** Node's own Ed25519, synchronous: a message is signed and checked inside one transaction. */
export type SigningKey = { publicKey: string; sign(bytes: Bytes): string };

/** The signing key of a 32-byte seed; public key and signatures in base64url. */
export function signingKeyOf(seed: Bytes): SigningKey {
  const key = createPrivateKey({ key: Buffer.from(concatBytes(PRIVATE_PREFIX, seed)), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: toBase64Url(spki.subarray(PUBLIC_PREFIX.length)),
    sign: (bytes) => toBase64Url(sign(null, bytes, key)),
  };
}

/** Checks signatures. Keeps the keys it has seen, at most `limit` of them. */
export function createVerifier(limit = 256) {
  const keys = new Map<string, KeyObject | null>();
  const keyOf = (publicKey: string): KeyObject | null => {
    const known = keys.get(publicKey);
    if (known !== undefined) return known;
    if (keys.size >= limit) keys.clear();
    const raw = fromBase64Url(publicKey);
    const key =
      raw?.length === 32 && !hasLowOrder(raw)
        ? createPublicKey({ key: Buffer.from(concatBytes(PUBLIC_PREFIX, raw)), format: 'der', type: 'spki' })
        : null;
    keys.set(publicKey, key);
    return key;
  };
  const read = (publicKey: string, sig: string): { key: KeyObject; signature: Bytes } | undefined => {
    const key = keyOf(publicKey);
    const signature = fromBase64Url(sig);
    return key && signature?.length === 64 ? { key, signature } : undefined;
  };

  return {
    verify(publicKey: string, sig: string, bytes: Bytes): boolean {
      const given = read(publicKey, sig);
      if (!given) return false;
      try {
        return verify(null, bytes, given.key, given.signature);
      } catch {
        // Node throws for bytes that are no point on the curve. No signature is valid under such a key.
        return false;
      }
    },

    /** The same on Node's thread pool. Never rejects. */
    verifyLater: (publicKey: string, sig: string, bytes: Bytes): Promise<boolean> =>
      new Promise((resolve) => {
        const given = read(publicKey, sig);
        if (!given) return resolve(false);
        try {
          verify(null, bytes, given.key, given.signature, (error, isValid) => resolve(error === null && isValid));
        } catch {
          resolve(false);
        }
      }),
  };
}
