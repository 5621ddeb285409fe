import { hash, randomBytes } from 'node:crypto';

/** Turns what must not be written down (room ids, addresses) into names that are only good for telling two apart. */
export interface Pseudonyms {
  room: (roomId: string) => string;
  address: (ip: string) => string;
}

/**
 * Keyed hashes under a key that lives and dies with this process: the same room has the same name in all of its
 * log lines and metrics, and nobody who reads them can test a guess.
 */
export function createPseudonyms(key: Uint8Array = randomBytes(32)): Pseudonyms {
  const secret = Buffer.from(key).toString('hex');
  // The key stands in front and three quarters of the hash are cut off, so that nobody can lengthen what was hashed. HMAC takes
  // three times as long, and each join makes such a name.
  const name = (kind: string, value: string): string =>
    hash('sha256', `${secret}\0${kind}\0${value}`, 'hex').slice(0, 16);
  return { room: (roomId) => name('room', roomId), address: (ip) => name('address', ip) };
}
