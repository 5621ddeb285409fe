import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FileItem } from '@parley/shared/model';
import { type FileId, fromBase64Url } from '@parley/shared/protocol';
import { writeFileAtomically } from '../atomic-file.ts';
import { asFileError } from '../file-errors.ts';

/** What is kept of a file beside what a page sees. */
const FileRecord = FileItem.extend({
  /** Where the received file is; null for others. */
  path: FileItem.shape.shownName.nullable(),
  /** When it was changed last as it was received, in whole milliseconds since 1970. */
  modifiedMs: FileItem.shape.haveBytes,
  /** The place that is reserved for a received file while it is moved there. */
  target: FileItem.shape.shownName.nullable(),
});
export type FileRecord = (typeof FileRecord)['_output'];

/**
 * The files that this device knows, one small file each, with its block hashes and the arrived part beside it, or the voice
 * message that it is. Names are the id in
 * hexadecimal: there are disks that do not tell capital letters from small ones.
 */
export class FileRecords {
  readonly #folder: string;
  readonly #records = new Map<FileId, FileRecord>();

  /** Reads what is there; what cannot be read is left aside. Throws `disk-read-only`. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        if (!name.endsWith('.json')) continue;
        const record = readRecord(join(folder, name));
        if (record) this.#records.set(record.fileId, record);
      }
    } catch (error) {
      throw asFileError(error);
    }
  }

  get all(): readonly FileRecord[] {
    return [...this.#records.values()];
  }

  get(fileId: FileId): FileRecord | undefined {
    return this.#records.get(fileId);
  }

  /** Stores a record; durable when it returns. */
  put(record: FileRecord): void {
    this.#makeFolder();
    writeFileAtomically(this.#path(record.fileId, 'json'), JSON.stringify(record));
    this.#records.set(record.fileId, record);
  }

  /** Changes what is known until the app ends. */
  note(record: FileRecord): void {
    this.#records.set(record.fileId, record);
  }

  remove(fileId: FileId): void {
    this.#records.delete(fileId);
    for (const ending of ['json', 'hashes', 'part', 'voice'] as const)
      rmSync(this.#path(fileId, ending), { force: true });
  }

  removePart(fileId: FileId): void {
    rmSync(this.partOf(fileId), { force: true });
  }

  partOf(fileId: FileId): string {
    return this.#path(fileId, 'part');
  }

  /** Where a whole voice message lies. */
  voiceOf(fileId: FileId): string {
    return this.#path(fileId, 'voice');
  }

  putHashes(fileId: FileId, hashes: Uint8Array): void {
    this.#makeFolder();
    writeFileAtomically(this.#path(fileId, 'hashes'), hashes);
  }

  /** The hashes of the blocks, 32 bytes each; undefined while they are not known. */
  hashesOf(fileId: FileId): Uint8Array | undefined {
    try {
      return readFileSync(this.#path(fileId, 'hashes'));
    } catch {
      // They did not come yet, or the profile was cleaned: they are asked for again.
      return undefined;
    }
  }

  #makeFolder(): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw asFileError(error);
    }
  }

  #path(fileId: FileId, ending: 'json' | 'hashes' | 'part' | 'voice'): string {
    const bytes = fromBase64Url(fileId) ?? new Uint8Array();
    return join(this.#folder, `${Buffer.from(bytes).toString('hex')}.${ending}`);
  }
}

function readRecord(path: string): FileRecord | undefined {
  try {
    const parsed = FileRecord.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: it is offered again by whoever has it.
    return undefined;
  }
}
