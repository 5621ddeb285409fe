import { blockSizeOf, type FileItem, type FileOffer, type MessageRef } from '@parley/shared/model';
import {
  type DeviceId,
  FileId,
  LIMITS,
  ParleyError,
  type RoomId,
  refusalOf,
  toBase64Url,
} from '@parley/shared/protocol';
import { fileIdOf } from '@parley/shared/sealing';
import type { Emit } from '../event-hub.ts';
import { asFileError } from '../file-errors.ts';
import type { Log, Shell } from '../ports.ts';
import { ArrivingFiles } from './arriving-files.ts';
import { bitsOf, checkedHashes, isOfNothing } from './block-hashes.ts';
import { checkRoom, type Downloads } from './downloads.ts';
import { type FileRecord, FileRecords } from './file-records.ts';
import { firstLook } from './first-look.ts';
import { readFrom, takeBack } from './held-file.ts';
import { itemOf, KnownFiles } from './known-files.ts';
import { differences, type Fates, messageOf } from './match-history.ts';
import type { PartFile } from './part-file.ts';
import { placeFile } from './place-file.ts';
import { openFile, pictureOf, type ReceivedPicture, showFile } from './show-file.ts';
import { isLost, loadsItself, readVoice, takeStock } from './voice-files.ts';

export type FilesPorts = {
  /** The folder in the profile for records and for what has arrived so far. */
  folder: string;
  downloads: Downloads;
  shell: Pick<Shell, 'openFile' | 'showFile'>;
  /** Which messages are here. */
  history: Fates;
  /** This device. */
  author: DeviceId;
  now: () => number;
  emit: Emit;
  log: Log;
};

export type OwnFile = Pick<FileOffer, 'name' | 'folders' | 'sizeBytes' | 'root' | 'salt' | 'voice'> & {
  roomId: RoomId;
  hashes: string;
};

/** The blocks of a file that are here: one bit each, the first in the lowest bit of the first byte. */
export type FileProgress = { item: FileItem; have: string | null };

/**
 * The files of all rooms on this computer: what was offered, what arrived, where it lies. Blocks come in through `writeBlock` and are
 * on the disk when it resolves; the last one moves the file to the downloads folder.
 */
export class Files {
  readonly #ports: FilesPorts;
  readonly #records: FileRecords;
  readonly #known: KnownFiles;
  readonly #arriving: ArrivingFiles;

  constructor(ports: FilesPorts) {
    this.#ports = ports;
    this.#records = new FileRecords(ports.folder);
    this.#known = new KnownFiles(this.#records, ports.emit, ports.log);
    this.#arriving = new ArrivingFiles(this.#records);
    takeStock(this.#records);
  }

  /** The files of a room, the oldest offer first. */
  list(roomId: RoomId): FileItem[] {
    return this.#records.all
      .filter((record) => record.roomId === roomId)
      .toSorted((left, right) => left.offeredAt - right.offeredAt)
      .map(itemOf);
  }

  get(fileId: FileId): FileItem | null {
    const record = this.#records.get(fileId);
    return record ? itemOf(record) : null;
  }

  /**
   * Offers an own file, which the page reads. `hashes`: SHA-256 of each block, base64url of all together. A voice message is taken
   * in by `writeBlock` first; may be repeated until all of it is here. Refuses with `room-unknown`.
   */
  async offer({ hashes: text, ...file }: OwnFile): Promise<FileItem> {
    const { voice, sizeBytes } = file;
    const hashes = await checkedHashes(file, text);
    const { author, now } = this.#ports;
    const fileId = (await fileIdOf({ author, ...file })) as FileId;
    await this.#fatesOf(file.roomId, author, [fileId]);
    const known = this.#records.get(fileId);
    // One that is lost on this disk may be taken in again.
    if (known?.voice && (known.held || known.state === 'recorded')) return itemOf(known);
    this.#records.putHashes(fileId, hashes);
    return this.#known.put({
      ...{ ...file, fileId, offeredAt: now(), round: 1, author, mine: true, ...firstLook(file), trouble: null },
      ...(voice
        ? ({ state: 'recorded', haveBytes: 0 } as const)
        : ({ state: 'shared', haveBytes: sizeBytes } as const)),
      ...{ held: false, path: null, modifiedMs: 0, target: null },
    });
  }

  /** The entry of a voice message is written: it is given to others from now on. Never refuses. */
  share(fileId: FileId): void {
    this.#known.share(fileId);
  }

  /** Whether an own voice message is whole on this disk. */
  holdsOwn(fileId: FileId): boolean {
    const record = this.#records.get(fileId);
    return record?.mine === true && record.voice !== undefined && record.held;
  }

  /**
   * Takes note of what the device `author` offers, unless the message that offers it is gone. Answers what is new or offered again. Refuses
   * with `room-unknown`.
   */
  async learn(roomId: RoomId, author: DeviceId, offers: readonly FileOffer[]): Promise<FileItem[]> {
    if (author === this.#ports.author) return [];
    const genuine: FileOffer[] = [];
    for (const offer of offers) {
      if ((await fileIdOf({ author, salt: offer.salt, root: offer.root })) === offer.fileId) genuine.push(offer);
    }
    const ids = genuine.map(({ fileId }) => fileId);
    const fates = await this.#fatesOf(roomId, author, ids);
    // Nothing is waited for until all are noted: a deletion that the history answers after this finds them.
    const noted = genuine.flatMap((offer, at) =>
      fates[at] === 'gone' ? [] : this.#known.learn(roomId, author, offer),
    );
    const learned: FileItem[] = [];
    for (const item of noted) {
      const isWanted = loadsItself(item, this.#records);
      // Where there is no room for it now, the person is offered to load it later.
      learned.push(isWanted ? await this.accept(item.fileId).catch(() => item) : item);
    }
    return learned;
  }

  /** How it is with the messages of these files; refuses with `room-unknown`. */
  async #fatesOf(roomId: RoomId, author: DeviceId, fileIds: readonly FileId[]): ReturnType<Fates['fates']> {
    const fates = await this.#ports.history.fates(fileIds.map((fileId) => messageOf(roomId, author, fileId)));
    if (fates.includes('no-room')) throw new ParleyError('room-unknown');
    return fates;
  }

  /** The person wants the file, or goes on after a pause. Refuses with `file-too-many`, `disk-full` or `file-unknown`. */
  async accept(fileId: FileId): Promise<FileItem> {
    const record = this.#known.other(fileId);
    if (record.state === 'received' || record.state === 'receiving') return itemOf(record);
    const { author, sizeBytes } = record;
    const arriving = (each: FileRecord) => each.state === 'receiving' || each.state === 'paused';
    const ofAuthor = this.#known.waitingOf(author).filter((each) => arriving(each) && each.fileId !== fileId);
    if (ofAuthor.reduce((sum, each) => sum + each.sizeBytes, sizeBytes) > LIMITS.filesOfAuthorMaxBytes) {
      throw new ParleyError('file-too-many');
    }
    // Before the disk is looked at: two that are accepted at once both count.
    this.#known.put({ ...record, state: 'receiving', trouble: null });
    try {
      const all = this.#records.all.filter(arriving);
      await checkRoom(
        this.#ports.folder,
        all.reduce((sum, each) => sum + each.sizeBytes - each.haveBytes, 0),
      );
    } catch (error) {
      this.#known.change(fileId, {
        state: record.state,
        trouble: record.state === 'paused' ? refusalOf(error).code : null,
      });
      throw error;
    }
    const part = await this.#arriving.opened(fileId);
    // The last block came after the pause.
    if (part?.isComplete) await this.#finish(fileId, part);
    if (await isOfNothing(record)) await this.#store(fileId, new Uint8Array());
    return itemOf(this.#known.other(fileId));
  }

  /** The blocks that are here; null where the hashes of the blocks are not known yet. Reads what has arrived at an earlier time. */
  async progress(fileId: FileId): Promise<FileProgress> {
    const record = this.#known.other(fileId);
    const hashes = this.#records.hashesOf(fileId);
    if (!hashes || record.state === 'received') return { item: itemOf(record), have: null };
    if (record.target !== null) await takeBack(record.target, this.#records.partOf(fileId), record.sizeBytes);
    const part = await this.#arriving.open(record, hashes);
    this.#known.noteBytes(fileId, part);
    if (part.isComplete && record.state === 'receiving') await this.#finish(fileId, part);
    return { item: itemOf(this.#known.other(fileId)), have: bitsOf(part.have) };
  }

  /** Takes the hashes of the blocks, from anybody: they have to fit the root of the offer. Refuses with `file-block-wrong`. */
  async setHashes(fileId: FileId, hashes: string): Promise<FileProgress> {
    const record = this.#known.other(fileId);
    await this.#store(fileId, await checkedHashes(record, hashes));
    return this.progress(fileId);
  }

  /** The hashes of the blocks of a file that is known here, base64url; null while they are not. */
  hashes(fileId: FileId): string | null {
    const hashes = this.#records.get(fileId) && this.#records.hashesOf(fileId);
    return hashes ? toBase64Url(hashes) : null;
  }

  /**
   * Stores a block of an accepted file. Refuses with `file-block-wrong`, `file-unknown`, `disk-full`, `disk-read-only`; a disk that takes
   * nothing pauses the file.
   */
  async writeBlock(fileId: FileId, index: number, bytes: Uint8Array): Promise<FileItem> {
    const record = this.#known.taken(fileId);
    const hashes = this.#records.hashesOf(fileId);
    const { mine, held, state } = record;
    if (held && state === 'recorded') return itemOf(record);
    // What was on its way when the person paused is of use as well.
    if ((state !== 'receiving' && state !== 'paused' && state !== 'recorded') || !hashes)
      throw new ParleyError('file-unknown');
    const part = await this.#arriving.open(record, hashes);
    try {
      await part.write(index, bytes);
      this.#known.noteBytes(fileId, part);
      if (part.isComplete && ['receiving', 'recorded'].includes(this.#known.taken(fileId).state))
        await this.#finish(fileId, part);
    } catch (error) {
      const { code } = refusalOf(error);
      if (!mine && (code === 'disk-full' || code === 'disk-read-only'))
        this.#known.change(fileId, { state: 'paused', trouble: code });
      throw error;
    }
    return itemOf(this.#known.taken(fileId));
  }

  /**
   * Reads a block of a received file, or one that is here of a voice message. Refuses with `file-unknown`, `file-missing` or
   * `file-changed`.
   */
  async readBlock(fileId: FileId, index: number): Promise<Uint8Array> {
    const record = this.#records.get(fileId);
    const sizeBytes = blockSizeOf(record?.sizeBytes ?? 0, index);
    if (!record || sizeBytes === 0) throw new ParleyError('file-unknown');
    const at = index * LIMITS.fileBlockBytes;
    if (record.voice && record.held) return this.#readVoice(record, at, sizeBytes);
    const arrived = record.voice && (await (await this.#arriving.opened(fileId))?.read(index));
    if (arrived) return arrived;
    if (!record.path) throw new ParleyError('file-unknown');
    return readFrom(record, at, sizeBytes);
  }

  /** What the profile lost can be loaded once more from those who have it. */
  async #readVoice(record: FileRecord, at: number, sizeBytes: number): Promise<Uint8Array> {
    try {
      return await readVoice(record, this.#records, at, sizeBytes);
    } catch (error) {
      const again = record.mine ? {} : ({ state: 'offered', haveBytes: 0 } as const);
      if (isLost(error) && this.#records.get(record.fileId)?.held)
        this.#known.change(record.fileId, { held: false, ...again });
      throw error;
    }
  }

  pause(fileId: FileId): FileItem {
    const { state } = this.#known.other(fileId);
    return state === 'receiving' ? this.#known.change(fileId, { state: 'paused' }) : itemOf(this.#known.other(fileId));
  }

  /** The person does not want the file, or no longer: what has arrived is deleted. A complete file stays where it is. */
  async decline(fileId: FileId): Promise<FileItem> {
    const { state } = this.#known.other(fileId);
    if (state === 'received') return itemOf(this.#known.other(fileId));
    const item = this.#known.change(fileId, { state: 'declined', haveBytes: 0, trouble: null });
    await this.#arriving.close(fileId);
    this.#records.removePart(fileId);
    return item;
  }

  /** A file that was accepted is no more than offered again, and nothing of it has arrived. */
  async unaccept(fileId: FileId): Promise<FileItem> {
    const { state } = this.#known.other(fileId);
    if (state !== 'receiving' && state !== 'paused') return itemOf(this.#known.other(fileId));
    const item = this.#known.change(fileId, { state: 'offered', haveBytes: 0, trouble: null });
    await this.#arriving.close(fileId);
    this.#records.removePart(fileId);
    return item;
  }

  /** Takes an own offer back. */
  withdraw(fileId: FileId): FileItem {
    this.#known.own(fileId);
    return this.#known.change(fileId, { state: 'withdrawn' });
  }

  /** The author took an offer back. What did not arrive by now does not come any more. */
  async withdrawn(fileId: FileId, author: DeviceId): Promise<FileItem[]> {
    const record = this.#records.get(fileId);
    if (!record || record.author !== author || record.mine || record.state === 'received') return [];
    if (record.state === 'declined') return [];
    return [await this.decline(fileId)];
  }

  /** Offers an own file anew, also to those who said no. */
  offerAgain(fileId: FileId): FileItem {
    const { round } = this.#known.own(fileId);
    return this.#known.change(fileId, { state: 'shared', round: round + 1 });
  }

  /** Opens a received file with the system's program. A kind that may be harmful is asked about by the host. */
  open(fileId: FileId): Promise<void> {
    return openFile(this.#records.get(fileId), this.#ports.shell);
  }

  /** Shows a file in its folder. */
  show(fileId: FileId): Promise<void> {
    return showFile(this.#records.get(fileId), this.#ports.shell);
  }

  /** A file that is a picture by its bytes; refuses with `not-allowed` for everything else. */
  picture(fileId: FileId): Promise<ReceivedPicture> {
    return pictureOf(this.#records.get(fileId));
  }

  /**
   * Nothing about a deleted room stays in the profile. Files in the downloads folder are the person's own. Refuses, once the others are gone,
   * with the reason why one could not be removed.
   */
  async forgetRoom(roomId: RoomId): Promise<void> {
    const failed = await this.#forgetAll(this.#records.all.filter((record) => record.roomId === roomId));
    if (failed !== undefined) throw asFileError(failed);
  }

  /** The message of a file was deleted: nothing about it stays in the profile. */
  async forget(fileId: FileId): Promise<void> {
    await this.#arriving.settled(fileId);
    await this.#arriving.close(fileId);
    this.#records.remove(fileId);
  }

  /** Forgets the files of messages that are gone. One that cannot be removed is forgotten at the next start. */
  async forgetMessages(messages: readonly (MessageRef & { roomId: RoomId })[]): Promise<void> {
    const records = messages.flatMap(({ roomId, author, id }) => {
      const record = this.#records.get(FileId.parse(id));
      return record?.author === author && record.roomId === roomId ? [record] : [];
    });
    await this.#forgetAll(records);
  }

  /**
   * Does what was left undone when the app ended after the history was written: forgets the files of messages that are gone, and shares
   * the recordings that were sent. The rooms of a history that is not `isWhole` may be lost; their files stay. Never refuses.
   */
  async matchHistory(isWhole: boolean): Promise<void> {
    try {
      const { gone, sent } = await differences(this.#records, this.#ports.history, isWhole);
      await this.#forgetAll(gone);
      for (const { fileId } of sent) this.share(fileId);
    } catch (error) {
      this.#ports.log.warn('files could not be compared with messages', { code: refusalOf(error).code });
    }
  }

  /** Forgets each of them that it can; answers what the first that it cannot failed with. */
  async #forgetAll(records: readonly FileRecord[]): Promise<unknown> {
    let failed: unknown;
    for (const { fileId } of records) {
      try {
        await this.forget(fileId);
      } catch (error) {
        failed ??= error;
        this.#ports.log.warn('a file could not be removed', { code: asFileError(error).code });
      }
    }
    return failed;
  }

  close(): Promise<void> {
    return this.#arriving.closeAll();
  }

  /** Puts a complete file in its place; once. */
  #finish(fileId: FileId, part: PartFile): Promise<void> {
    const { downloads, log } = this.#ports;
    const places = { records: this.#records, known: this.#known, downloads, log };
    return this.#arriving.finish(fileId, part, () => placeFile(fileId, places));
  }

  async #store(fileId: FileId, hashes: Uint8Array): Promise<void> {
    this.#records.putHashes(fileId, hashes);
    const record = this.#known.other(fileId);
    const part = await this.#arriving.open(record, hashes);
    if (part.isComplete) await this.#finish(fileId, part);
  }
}
