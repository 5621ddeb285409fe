import { blockCountOf, blockSizeOf, type FileOffer } from '@parley/shared/model';
import { accept, type FileId, LIMITS, type Outcome, refuse, toBase64Url } from '@parley/shared/protocol';
import { fileRootOf, sha256 } from '@parley/shared/sealing';

/** The part of a `File` that is used. */
export type LocalFile = Pick<File, 'name' | 'size' | 'slice'>;

/** Makes addresses by which a page shows a chosen file, and takes them back. */
export type FileUrls = { make(file: LocalFile): string | null; revoke(address: string): void };
const NO_URLS: FileUrls = { make: () => null, revoke: () => {} };

/** What stands for the content of a file: its hashes, base64url. */
export type Fingerprint = Pick<FileOffer, 'root'> & { hashes: string };

const HASH_BYTES = 32;

/**
 * The files that the person chose in this page, for as long as it lives. The page reads them itself, block by block, so that nothing
 * is copied; a page that is loaded anew has lost them, and asks for them again.
 */
export class LocalFiles {
  readonly #files = new Map<FileId, LocalFile>();
  readonly #addresses = new Map<FileId, string>();
  readonly #urls: FileUrls;

  constructor(urls: FileUrls = NO_URLS) {
    this.#urls = urls;
  }

  has(fileId: FileId): boolean {
    return this.#files.has(fileId);
  }

  get(fileId: FileId): LocalFile | undefined {
    return this.#files.get(fileId);
  }

  add(fileId: FileId, file: LocalFile): void {
    this.#files.set(fileId, file);
  }

  remove(fileId: FileId): void {
    this.#files.delete(fileId);
    const address = this.#addresses.get(fileId);
    if (address !== undefined) this.#urls.revoke(address);
    this.#addresses.delete(fileId);
  }

  /** Where the page finds the content of a file, to show it; null where it does not have it. */
  addressOf(fileId: FileId): string | null {
    const file = this.#files.get(fileId);
    const address = this.#addresses.get(fileId) ?? (file ? this.#urls.make(file) : null);
    if (address !== null) this.#addresses.set(fileId, address);
    return address;
  }

  /** Reads a block. A browser refuses to read a file that was changed after it was chosen: then it is `file-changed`. */
  async readBlock(fileId: FileId, index: number): Promise<Outcome<Uint8Array>> {
    const file = this.#files.get(fileId);
    const block = file && (await readBlockOf(file, index));
    if (block) return accept(block);
    this.remove(fileId);
    return refuse('file-changed');
  }
}

/** Undefined where it cannot be read, or is shorter than it was. */
export async function readBlockOf(file: LocalFile, index: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const start = index * LIMITS.fileBlockBytes;
  const sizeBytes = blockSizeOf(file.size, index);
  try {
    const bytes = new Uint8Array(await file.slice(start, start + sizeBytes).arrayBuffer());
    return bytes.length === sizeBytes ? bytes : undefined;
  } catch {
    // The file was changed, moved or deleted. The caller says so.
    return undefined;
  }
}

/**
 * Reads a whole file and hashes it, one block in memory at a time; `progress` hears how many bytes were read. Refuses with
 * `file-too-large` (V5) or `file-changed`; with `cancelled` once `isWanted` says no.
 */
export async function fingerprintOf(
  file: LocalFile,
  progress: (bytes: number) => void,
  isWanted: () => boolean,
): Promise<Outcome<Fingerprint>> {
  if (file.size > LIMITS.fileMaxBytes) return refuse('file-too-large');
  const count = blockCountOf(file.size);
  const hashes = new Uint8Array(count * HASH_BYTES);
  for (let index = 0; index < count; index++) {
    if (!isWanted()) return refuse('cancelled');
    const block = await readBlockOf(file, index);
    if (!block) return refuse('file-changed');
    hashes.set(await sha256(block), index * HASH_BYTES);
    progress(Math.min(file.size, (index + 1) * LIMITS.fileBlockBytes));
  }
  return accept({ root: await fileRootOf(file.size, hashes), hashes: toBase64Url(hashes) });
}
