import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  blockCountOf,
  blockSizeOf,
  type Entry,
  ExportedFile,
  type FileItem,
  type FileOffer,
  type WorkResult,
} from '@parley/shared/model';
import {
  type DeviceId,
  FileId,
  LIMITS,
  MessageId,
  ParleyError,
  type RoomId,
  toBase64Url,
} from '@parley/shared/protocol';
import { fileIdOf, fileRootOf } from '@parley/shared/sealing';
import type { Files } from '../files/files.ts';
import type { HistoryClient } from '../history/history-client.ts';
import { openBeside } from './beside-path.ts';
import type { Progress } from './work.ts';

export type ImportedInto = {
  history: Pick<HistoryClient, 'fates'>;
  files: Pick<
    Files,
    'get' | 'learn' | 'accept' | 'setHashes' | 'offer' | 'writeBlock' | 'share' | 'pause' | 'unaccept' | 'forget'
  >;
  /** This device. */
  own: DeviceId;
};
export type FileCounts = Pick<
  Extract<WorkResult, { kind: 'import' }>,
  'files' | 'filesMissing' | 'filesWrong' | 'filesNotStored'
>;

type Offered = Omit<FileOffer, 'round'> & { author: DeviceId };
/** How it went with one file; `done`: there is nothing to bring, or nothing to tell. */
type Fate = 'taken' | 'done' | 'missing' | 'wrong' | 'not-stored';

/** So many files of one room are brought along; the others are told of as missing. */
const FILES_MAX = 100_000;
const HASH_BYTES = 32;
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const keyOf = (author: string, fileId: string): string => `${author}.${fileId}`;

/**
 * The files and voice messages of one exported room that lie beside its JSON. The entries alone say what a file is: its content has to
 * have the hash that the author signed, and is stored as one that came from a member is, with the same names, limits and warnings.
 */
export class FilesBeside {
  readonly #into: ImportedInto;
  readonly #folder: string;
  readonly #counts: FileCounts;
  readonly #progress: Progress;
  readonly #paths = new Map<string, string>();
  readonly #offered = new Map<string, Offered>();
  #tooMany = 0;

  /** `path` is that of the JSON file. */
  constructor(into: ImportedInto, path: string, counts: FileCounts, progress: Progress) {
    this.#into = into;
    this.#folder = dirname(path);
    this.#counts = counts;
    this.#progress = progress;
  }

  /** Takes an item of the list that says where the files lie. */
  list(value: unknown): void {
    const file = ExportedFile.safeParse(value);
    if (!file.success || file.data.path === null || this.#paths.size >= FILES_MAX) return;
    const { author, fileId, path, sizeBytes } = file.data;
    this.#paths.set(keyOf(author, fileId), path);
    this.#progress.grow(2 * sizeBytes);
  }

  /** Notes what an entry offers. */
  note({ kind, author, id, sentAt, body }: Entry): void {
    if (kind !== 'file' || body === null || !('root' in body)) return;
    const fileId = FileId.parse(id); // the id of the entry is that of its file
    if (this.#offered.size >= FILES_MAX) this.#tooMany++;
    else this.#offered.set(keyOf(author, fileId), { ...body, fileId, author, offeredAt: sentAt });
  }

  /** Brings them in, one after the other. Throws `cancelled`, and leaves no half of a file then. */
  async take(roomId: RoomId): Promise<void> {
    this.#counts.filesMissing += this.#tooMany;
    for (const offered of this.#offered.values()) {
      const fate = await this.#takeOne(roomId, offered);
      if (fate === 'taken') this.#counts.files++;
      else if (fate === 'missing') this.#counts.filesMissing++;
      else if (fate === 'wrong') this.#counts.filesWrong++;
      else if (fate === 'not-stored') this.#counts.filesNotStored++;
    }
    this.#offered.clear();
    this.#paths.clear();
    this.#tooMany = 0;
  }

  async #takeOne(roomId: RoomId, file: Offered): Promise<Fate> {
    const { history, files, own } = this.#into;
    const { fileId, author, voice, sizeBytes } = file;
    const path = this.#paths.get(keyOf(author, fileId));
    const steps = this.#stepsOf(path === undefined ? 0 : 2 * sizeBytes);
    const [fate] = await history.fates([{ roomId, author, id: MessageId.parse(fileId) }]);
    const known = files.get(fileId);
    const isOver = known !== null && (known.held || known.state === 'declined' || known.roomId !== roomId);
    // An own file lies where the person chose it; only voice messages are kept here.
    if (fate !== 'here' || isOver || (author === own && !voice)) return steps.finish('done');
    const handle = path === undefined ? null : await openBeside(this.#folder, path);
    if (!handle) return steps.finish('missing');
    try {
      const hashes = await this.#hashesOf(handle, file, steps.step);
      if (hashes === null) return steps.finish('wrong');
      return steps.finish(await this.#store(roomId, file, handle, hashes, known, steps.step));
    } finally {
      await handle.close();
    }
  }

  /** The hashes of the blocks; null where the content is not the one that was signed. */
  async #hashesOf(
    handle: FileHandle,
    { fileId, author, salt, root, sizeBytes }: Offered,
    step: (by: number) => void,
  ): Promise<Uint8Array | null> {
    // Whatever its size is, nothing is read of one that cannot be the right one.
    if ((await handle.stat()).size !== sizeBytes) return null;
    if ((await fileIdOf({ author, salt, root })) !== fileId) return null;
    const hashes = new Uint8Array(blockCountOf(sizeBytes) * HASH_BYTES);
    for (let index = 0; index * HASH_BYTES < hashes.length; index++) {
      const block = await readBlock(handle, sizeBytes, index);
      if (block === null) return null;
      hashes.set(sha256(block), index * HASH_BYTES);
      step(block.length);
    }
    return (await fileRootOf(sizeBytes, hashes)) === root ? hashes : null;
  }

  /** Stores a file as one that came in. Each block is checked once more on its way. */
  async #store(
    roomId: RoomId,
    file: Offered,
    handle: FileHandle,
    hashes: Uint8Array,
    before: FileItem | null,
    step: (by: number) => void,
  ): Promise<Fate> {
    const { files, own } = this.#into;
    const { fileId, author, sizeBytes } = file;
    const mine = author === own;
    const isHeld = () => files.get(fileId)?.held === true;
    try {
      if (mine) await files.offer({ ...file, roomId, hashes: toBase64Url(hashes) });
      else {
        await files.learn(roomId, author, [{ ...file, round: 1 }]);
        // One of too many that wait already.
        if (files.get(fileId) === null) return 'not-stored';
        await files.accept(fileId);
        if (!isHeld()) await files.setHashes(fileId, toBase64Url(hashes));
      }
      for (let index = 0; index < blockCountOf(sizeBytes) && !isHeld(); index++) {
        const block = await readBlock(handle, sizeBytes, index);
        if (block === null) throw new ParleyError('file-block-wrong');
        await files.writeBlock(fileId, index, block);
        step(block.length);
      }
      if (mine) files.share(fileId);
      return isHeld() ? 'taken' : 'not-stored';
    } catch (error) {
      // Where the disk does not even take that, the file says why it stands still.
      if (!isHeld()) await this.#undo(fileId, mine, before).catch(() => {});
      return fateOf(error);
    }
  }

  /** Leaves a file that did not come in as it was. */
  async #undo(fileId: FileId, mine: boolean, before: FileItem | null): Promise<void> {
    const { files } = this.#into;
    const now = files.get(fileId)?.state;
    if (mine) await files.forget(fileId);
    else if (before?.state === 'paused' && now === 'receiving') files.pause(fileId);
    else if (before?.state !== 'receiving' && (now === 'receiving' || now === 'paused')) await files.unaccept(fileId);
  }

  /** Steps of one file; what is left of them is made at its end. */
  #stepsOf(total: number) {
    let left = total;
    const step = (by: number) => {
      left -= by;
      this.#progress.step(by);
    };
    return {
      step,
      finish: (fate: Fate): Fate => {
        step(Math.max(0, left));
        return fate;
      },
    };
  }
}

/** How it goes on after one file could not be stored. Throws `cancelled`. */
function fateOf(thrown: unknown): Fate {
  const code = thrown instanceof ParleyError ? thrown.code : 'internal';
  if (code === 'cancelled') throw thrown;
  if (code === 'voice-invalid' || code === 'file-block-wrong') return 'wrong';
  // Its message, or the room, was deleted meanwhile.
  return code === 'file-unknown' || code === 'room-unknown' ? 'done' : 'not-stored';
}

/** Reads a block; null where the file has not that much any more, or cannot be read. */
async function readBlock(handle: FileHandle, sizeBytes: number, index: number): Promise<Uint8Array | null> {
  const block = new Uint8Array(blockSizeOf(sizeBytes, index));
  try {
    for (let read = 0; read < block.length; ) {
      const at = index * LIMITS.fileBlockBytes + read;
      const { bytesRead } = await handle.read(block, read, block.length - read, at);
      if (bytesRead === 0) return null;
      read += bytesRead;
    }
    return block;
  } catch {
    return null;
  }
}
