import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type Bytes, ParleyError } from '@parley/shared/protocol';
import { asFileError } from '../../file-errors.ts';

/**
 * A sealed file: magic (8 bytes) | salt (16) | check (16) | chunks. HKDF-SHA256 makes of the phrase's entropy and the salt a key for this file
 * alone, and the check, which tells a wrong phrase from a damaged file. Each chunk is AES-256-GCM over 256 KiB (the last one less),
 * with its number and whether it is the last in the nonce and the 40 bytes before the chunks as additional data. So a file
 * that is changed, reordered or cut off anywhere does not open.
 */
const MAGIC = Buffer.from('PARLEYB1');
const SALT_BYTES = 16;
const CHECK_BYTES = 16;
const HEAD_BYTES = MAGIC.length + SALT_BYTES + CHECK_BYTES;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
export const CHUNK_BYTES = 262_144;

function keysOf(entropy: Bytes, salt: Uint8Array): { key: Buffer; check: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', entropy, salt, 'parley/1 backup', KEY_BYTES + CHECK_BYTES));
  return { key: bytes.subarray(0, KEY_BYTES), check: bytes.subarray(KEY_BYTES) };
}

/** 3 zeros | number u64 | 1 for the last chunk, else 0. The key is this file's own, so no nonce is used twice. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce.writeUInt8(Number(isLast), 11);
  return nonce;
}

/** Seals what is pushed to it, and hands it to `write` in order. */
export class Sealer {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #key: Buffer;
  readonly #head: Buffer;
  #number = 0;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(entropy: Bytes, write: (bytes: Uint8Array) => Promise<void>) {
    const salt = randomBytes(SALT_BYTES);
    const { key, check } = keysOf(entropy, salt);
    this.#write = write;
    this.#key = key;
    this.#head = Buffer.concat([MAGIC, salt, check]);
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    // A full chunk waits until more comes: it may be the last.
    while (this.#waiting.length > CHUNK_BYTES) {
      await this.#seal(this.#waiting.subarray(0, CHUNK_BYTES), false);
      this.#waiting = this.#waiting.subarray(CHUNK_BYTES);
    }
  }

  async finish(): Promise<void> {
    await this.#seal(this.#waiting, true);
  }

  async #seal(plain: Uint8Array, isLast: boolean): Promise<void> {
    if (this.#number === 0) await this.#write(this.#head);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#number++, isLast)).setAAD(this.#head);
    await this.#write(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  }
}

/**
 * The plain chunks of a sealed file. Throws `backup-invalid` for any other file, `backup-version` for one of a later Parley,
 * `backup-phrase-wrong`, and `backup-damaged` for one that is changed or cut off: what came before is genuine.
 */
export async function* openSealed(path: string, entropy: Bytes): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw asFileError(error);
  });
  try {
    const head = await readFull(file, 0, HEAD_BYTES);
    if (head.length < HEAD_BYTES || !head.subarray(0, 7).equals(MAGIC.subarray(0, 7))) {
      throw new ParleyError('backup-invalid');
    }
    if (head[7] !== MAGIC[7]) throw new ParleyError('backup-version');
    const { key, check } = keysOf(entropy, head.subarray(MAGIC.length, MAGIC.length + SALT_BYTES));
    if (!timingSafeEqual(check, head.subarray(MAGIC.length + SALT_BYTES))) throw new ParleyError('backup-phrase-wrong');
    const { size } = await file.stat();
    for (let number = 0, at = HEAD_BYTES, isLast = false; !isLast; number++) {
      const sealed = await readFull(file, at, CHUNK_BYTES + TAG_BYTES);
      at += sealed.length;
      isLast = at >= size;
      if (sealed.length < TAG_BYTES) throw new ParleyError('backup-damaged');
      yield unsealed(key, nonceOf(number, isLast), head, sealed);
    }
  } finally {
    await file.close();
  }
}

function unsealed(key: Buffer, nonce: Buffer, head: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(head);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw new ParleyError('backup-damaged');
  }
}

async function readFull(file: Awaited<ReturnType<typeof open>>, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  let read = 0;
  while (read < bytes) {
    const { bytesRead } = await file.read(buffer, read, bytes - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}
