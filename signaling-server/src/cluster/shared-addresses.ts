import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/**
 * Addresses as they stand in what nodes share. Redis may have to write to disk, where no address should lie, and a plain hash
 * hides nothing, since all addresses can be tried: both need a key that is not in Redis.
 */
export interface SharedAddresses {
  /** The same name for the same address on all nodes; nobody without the key can tell the address. */
  nameOf(address: string): string;
  /** For nodes that have to know the address itself. */
  seal(address: string): string;
  /** Undefined for what was sealed under another key. */
  open(sealed: string): string | undefined;
}

/** Where there is no key: addresses as they are. */
export const plainAddresses: SharedAddresses = {
  nameOf: (address) => address,
  seal: (address) => address,
  open: (sealed) => sealed,
};

const IV_BYTES = 12;
const TAG_BYTES = 16;
const NAME_BYTES = 16;

/** Under keys made of a secret that all nodes are given. */
export function keyedAddresses(secret: string, random: (sizeBytes: number) => Uint8Array): SharedAddresses {
  const keyFor = (use: string): Buffer => createHmac('sha256', secret).update(`parley/1 addresses ${use}`).digest();
  const [naming, sealing] = [keyFor('named'), keyFor('sealed')];
  return {
    nameOf: (address) =>
      createHmac('sha256', naming).update(address).digest().subarray(0, NAME_BYTES).toString('base64url'),
    seal(address) {
      const iv = random(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealing, iv);
      const text = Buffer.concat([cipher.update(address, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const text = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()];
        return Buffer.concat(text).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
