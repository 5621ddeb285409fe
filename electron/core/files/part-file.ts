import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { blockCountOf, blockSizeOf } from '@parley/shared/model';
import { LIMITS, ParleyError } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';

export const HASH_BYTES = 32;

/** SHA-256 by Node's own code: synchronous, about a millisecond for a block. */
export const sha256Of = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/**
 * The part of a file that has arrived. Only blocks that match their hash get in. It keeps no notes about itself: opening reads it
 * and counts the blocks that are right, so that neither a crash nor a power cut can leave it with a wrong idea.
 */
export class PartFile {
  readonly #handle: FileHandle;
  readonly #hashes: Uint8Array;
  readonly #sizeBytes: number;
  readonly #have: Uint8Array;
  #haveBytes = 0;

  private constructor(handle: FileHandle, sizeBytes: number, hashes: Uint8Array) {
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
    this.#hashes = hashes;
    this.#have = new Uint8Array(blockCountOf(sizeBytes));
  }

  /** Opens the part at `path`, for this user alone; makes it when it is missing. `hashes` holds one SHA-256 for each block. */
  static async open(path: string, sizeBytes: number, hashes: Uint8Array): Promise<PartFile> {
    try {
      const handle = await open(path, 'a+', 0o600).then(async (made) => {
        await made.close();
        return open(path, 'r+');
      });
      const part = new PartFile(handle, sizeBytes, hashes);
      try {
        await part.#look();
      } catch (error) {
        await handle.close();
        throw error;
      }
      return part;
    } catch (error) {
      throw asFileError(error);
    }
  }

  get haveBytes(): number {
    return this.#haveBytes;
  }

  get isComplete(): boolean {
    return this.#haveBytes === this.#sizeBytes;
  }

  /** One byte for each block: 1 where it is here. */
  get have(): Uint8Array {
    return this.#have;
  }

  /** Stores a block. Throws `file-block-wrong` for any other bytes than the promised ones, `disk-full` or `disk-read-only`. */
  async write(index: number, bytes: Uint8Array): Promise<void> {
    if (!this.#isRight(index, bytes)) throw new ParleyError('file-block-wrong');
    if (this.#have[index] === 1) return;
    try {
      let written = 0;
      while (written < bytes.length) {
        const at = index * LIMITS.fileBlockBytes + written;
        written += (await this.#handle.write(bytes, written, bytes.length - written, at)).bytesWritten;
      }
    } catch (error) {
      throw asFileError(error);
    }
    this.#count(index);
  }

  /** Reads a block that is here; undefined for any other. */
  async read(index: number): Promise<Uint8Array | undefined> {
    if (this.#have[index] !== 1) return undefined;
    const block = new Uint8Array(blockSizeOf(this.#sizeBytes, index));
    const { bytesRead } = await this.#handle.read(block, 0, block.length, index * LIMITS.fileBlockBytes);
    return bytesRead === block.length ? block : undefined;
  }

  /** Brings everything to the disk. */
  async sync(): Promise<void> {
    try {
      await this.#handle.truncate(this.#sizeBytes);
      await this.#handle.sync();
    } catch (error) {
      throw asFileError(error);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #look(): Promise<void> {
    const { size } = await this.#handle.stat();
    const block = new Uint8Array(blockSizeOf(this.#sizeBytes, 0));
    let at = 0;
    for (let index = 0; index < this.#have.length; index++) {
      const sizeBytes = blockSizeOf(this.#sizeBytes, index);
      if (at + sizeBytes > size) break;
      const { bytesRead } = await this.#handle.read(block, 0, sizeBytes, at);
      if (bytesRead === sizeBytes && this.#isRight(index, block.subarray(0, sizeBytes))) this.#count(index);
      at += sizeBytes;
    }
  }

  #isRight(index: number, bytes: Uint8Array): boolean {
    const hash = this.#hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
    return (
      hash.length === HASH_BYTES && bytes.length === blockSizeOf(this.#sizeBytes, index) && sha256Of(bytes).equals(hash)
    );
  }

  #count(index: number): void {
    if (this.#have[index] === 1) return;
    this.#have[index] = 1;
    this.#haveBytes += blockSizeOf(this.#sizeBytes, index);
  }
}
