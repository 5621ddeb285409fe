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
  history: Pick<HistoryClient, 'fates' | 'around'>;
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
type FileRef = Pick<Offered, 'author' | 'fileId'>;
/** How it went with one file; `done`: there is nothing to bring, or nothing to tell. */
type Fate = 'taken' | 'done' | 'missing' | 'wrong' | 'not-stored';

/** So many files of one room are brought along; the others are told of as missing. */
const FILES_MAX = 100_000;
const HASH_BYTES = 32;
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const keyOf = (author: string, fileId: string): string => `${author}.${fileId}`;

/**
 * The files and voice messages of one exported room that lie beside its JSON. The history alone says what a file is, not
 * the export, whose entries anybody may have changed: its content has to have the hash that the author signed, and is stored as one that
 * came from a member is, with the same names, limits and warnings.
 */
export class FilesBeside {
  readonly #into: ImportedInto;
  readonly #folder: string;
  readonly #counts: FileCounts;
  readonly #progress: Progress;
  readonly #paths = new Map<string, { path: string; steps: number }>();
  readonly #refs = new Map<string, FileRef>();
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
    const key = keyOf(author, fileId);
    const steps = 2 * sizeBytes;
    this.#progress.grow(steps - (this.#paths.get(key)?.steps ?? 0));
    this.#paths.set(key, { path, steps });
  }

  /**
   * Notes which files are to be brought, once the history was given these entries. A refused entry counts only where another one of its id
   * is here, and then says nothing but that id.
   */
  async note(roomId: RoomId, entries: readonly Entry[]): Promise<void> {
    const files = entries.filter(({ kind, body }) => kind === 'file' && body !== null);
    if (files.length === 0) return;
    const fates = await this.#into.history.fates(files.map(({ author, id }) => ({ roomId, author, id })));
    for (const [at, { author, id }] of files.entries()) {
      const key = keyOf(author, id);
      if (fates[at] !== 'here' || this.#refs.has(key)) continue;
      if (this.#refs.size >= FILES_MAX) this.#tooMany++;
      else this.#refs.set(key, { author, fileId: FileId.parse(id) }); // the id of the entry is that of its file
    }
  }

  /** Brings them in, one after the other. Throws `cancelled`, and leaves no half of a file then. */
  async take(roomId: RoomId): Promise<void> {
    this.#counts.filesMissing += this.#tooMany;
    for (const ref of this.#refs.values()) {
      const fate = await this.#takeOne(roomId, ref);
      if (fate === 'taken') this.#counts.files++;
      else if (fate === 'missing') this.#counts.filesMissing++;
      else if (fate === 'wrong') this.#counts.filesWrong++;
      else if (fate === 'not-stored') this.#counts.filesNotStored++;
    }
    // Those that no message here is about.
    for (const [key, { steps }] of this.#paths) if (!this.#refs.has(key)) this.#progress.step(steps);
    this.#refs.clear();
    this.#paths.clear();
    this.#tooMany = 0;
  }

  async #takeOne(roomId: RoomId, ref: FileRef): Promise<Fate> {
    const { files, own } = this.#into;
    const { fileId, author } = ref;
    const listed = this.#paths.get(keyOf(author, fileId));
    const steps = this.#stepsOf(listed?.steps ?? 0);
    const file = await this.#offeredIn(roomId, ref);
    if (file === null) return steps.finish('done');
    const known = files.get(fileId);
    const isOver = known !== null && (known.held || known.state === 'declined' || known.roomId !== roomId);
    // An own file lies where the person chose it; only voice messages are kept here.
    if (isOver || (author === own && !file.voice)) return steps.finish('done');
    const handle = listed === undefined ? null : await openBeside(this.#folder, listed.path);
    if (!handle) return steps.finish('missing');
    try {
      const hashes = await this.#hashesOf(handle, file, steps.step);
      if (hashes === null) return steps.finish('wrong');
      return steps.finish(await this.#store(roomId, file, handle, hashes, known, steps.step));
    } finally {
      await handle.close();
    }
  }

  /** What the history has of a file; null where its message is not here, or not any more. */
  async #offeredIn(roomId: RoomId, { author, fileId }: FileRef): Promise<Offered | null> {
    const { history } = this.#into;
    const message = { author, id: MessageId.parse(fileId) };
    const [fate] = await history.fates([{ roomId, ...message }]);
    if (fate !== 'here') return null;
    try {
      const [item] = (await history.around(roomId, message, 1)).items;
      if (item?.content.kind !== 'file' || item.content.file === null) return null;
      return { ...item.content.file, fileId, author, offeredAt: item.sentAt };
    } catch (error) {
      // It went between the two questions.
      if (error instanceof ParleyError && error.code === 'bad-request') return null;
      throw error;
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
