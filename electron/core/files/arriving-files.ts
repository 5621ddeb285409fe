import type { FileId } from '@parley/shared/protocol';
import type { FileRecord, FileRecords } from './file-records.ts';
import { PartFile } from './part-file.ts';

/** The parts of files whose blocks are coming in: each is opened once, and brought to where it stays once. */
export class ArrivingFiles {
  readonly #records: FileRecords;
  /** Promises, so that two blocks at once open one. */
  readonly #parts = new Map<FileId, Promise<PartFile>>();
  readonly #finishing = new Map<FileId, Promise<void>>();

  constructor(records: FileRecords) {
    this.#records = records;
  }

  /** The part that is open already. */
  opened(fileId: FileId): Promise<PartFile> | undefined {
    return this.#parts.get(fileId);
  }

  /** Opens a part, which reads what has arrived at an earlier time. */
  open({ fileId, sizeBytes }: FileRecord, hashes: Uint8Array): Promise<PartFile> {
    const known = this.#parts.get(fileId);
    if (known) return known;
    const opening = PartFile.open(this.#records.partOf(fileId), sizeBytes, hashes);
    this.#parts.set(fileId, opening);
    opening.catch(() => this.#parts.delete(fileId));
    return opening;
  }

  async close(fileId: FileId): Promise<void> {
    const part = this.#parts.get(fileId);
    this.#parts.delete(fileId);
    if (part) await (await part).close();
  }

  /** Brings a complete part to the disk, closes it and has it moved by `moveIn`; what asks meanwhile waits for the same. */
  finish(fileId: FileId, part: PartFile, moveIn: () => Promise<void>): Promise<void> {
    const under = this.#finishing.get(fileId);
    if (under) return under;
    const finishing = (async () => {
      await part.sync();
      await this.close(fileId);
      await moveIn();
    })().finally(() => this.#finishing.delete(fileId));
    this.#finishing.set(fileId, finishing);
    return finishing;
  }

  /** Resolves when nothing is being moved for that file any more. */
  async settled(fileId: FileId): Promise<void> {
    await this.#finishing.get(fileId)?.catch(() => {});
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled(this.#finishing.values());
    for (const fileId of [...this.#parts.keys()]) await this.close(fileId);
  }
}
