import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { ParleyError } from '@parley/shared/protocol';
import type { Sealer } from './sealed-file.ts';

// Inside the seal a backup is a row of parts: length of the name u16 | name | length u64 | bytes.

export type PartHead = { name: string; sizeBytes: number };

function headOf({ name, sizeBytes }: PartHead): Buffer {
  const named = Buffer.from(name);
  const head = Buffer.alloc(2 + named.length + 8);
  head.writeUInt16BE(named.length, 0);
  named.copy(head, 2);
  head.writeBigUInt64BE(BigInt(sizeBytes), 2 + named.length);
  return head;
}

/** Adds a part that lies in memory. */
export async function addBytes(sealer: Sealer, name: string, bytes: Uint8Array): Promise<void> {
  await sealer.push(headOf({ name, sizeBytes: bytes.length }));
  await sealer.push(bytes);
}

/** Adds a file, which must not change meanwhile; `read` hears of each piece. */
export async function addFile(
  sealer: Sealer,
  name: string,
  path: string,
  read: (bytes: number) => void,
): Promise<void> {
  const { size } = await stat(path);
  await sealer.push(headOf({ name, sizeBytes: size }));
  let sent = 0;
  if (size > 0) {
    for await (const piece of createReadStream(path, {
      end: size - 1,
      highWaterMark: 262_144,
    }) as AsyncIterable<Buffer>) {
      sent += piece.length;
      await sealer.push(piece);
      read(piece.length);
    }
  }
  if (sent !== size) throw new Error('a file became shorter while it was backed up');
}

const NAME_MAX_BYTES = 200;

/** Reads parts in their order: the bytes of one have to be read to their end before the next is asked for. */
export class PartReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #waiting: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Null after the last. */
  async next(): Promise<PartHead | null> {
    if (!(await this.#have(1))) return null;
    const length = (await this.#take(2)).readUInt16BE(0);
    if (length > NAME_MAX_BYTES) throw new ParleyError('backup-damaged');
    const name = (await this.#take(length)).toString('utf8');
    return { name, sizeBytes: Number((await this.#take(8)).readBigUInt64BE(0)) };
  }

  /** A small part as a whole. */
  async bytes({ sizeBytes }: PartHead, maxBytes: number): Promise<Buffer> {
    if (sizeBytes > maxBytes) throw new ParleyError('backup-damaged');
    return this.#take(sizeBytes);
  }

  /** A part of any size, piece by piece. */
  async *pieces({ sizeBytes }: PartHead): AsyncGenerator<Buffer> {
    for (let left = sizeBytes; left > 0; ) {
      if (!(await this.#have(1))) throw new ParleyError('backup-damaged');
      const piece = this.#waiting.subarray(0, left);
      this.#waiting = this.#waiting.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #take(bytes: number): Promise<Buffer> {
    if (!(await this.#have(bytes))) throw new ParleyError('backup-damaged');
    const taken = this.#waiting.subarray(0, bytes);
    this.#waiting = this.#waiting.subarray(bytes);
    return taken;
  }

  async #have(bytes: number): Promise<boolean> {
    while (this.#waiting.length < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#waiting = this.#waiting.length === 0 ? value : Buffer.concat([this.#waiting, value]);
    }
    return true;
  }
}
