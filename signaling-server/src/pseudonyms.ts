import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

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
  const secret = createSecretKey(key);
  const name = (kind: string, value: string): string =>
    createHmac('sha256', secret).update(`${kind}\0${value}`).digest('hex').slice(0, 16);
  return { room: (roomId) => name('room', roomId), address: (ip) => name('address', ip) };
}
