import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { blockSizeOf, type FileItem, type FileOffer, type MessageRef } from '@parley/shared/model';
import {
  type DeviceId,
  type ErrorCode,
  FileId,
  LIMITS,
  ParleyError,
  type RoomId,
  refusalOf,
  toBase64Url,
} from '@parley/shared/protocol';
import { fileIdOf } from '@parley/shared/sealing';
import type { Emit } from '../event-hub.ts';
import type { Log, Shell } from '../ports.ts';
import { ArrivingFiles } from './arriving-files.ts';
import { bitsOf, checkedHashes, isOfNothing } from './block-hashes.ts';
import { checkRoom, type Downloads } from './downloads.ts';
import { HEAD_BYTES, lookAt } from './file-kinds.ts';
import { type FileRecord, FileRecords } from './file-records.ts';
import { firstLook } from './first-look.ts';
import { isEmpty, readFrom, takeBack } from './held-file.ts';
import type { PartFile } from './part-file.ts';
import { openFile, pictureOf, type ReceivedPicture, showFile } from './show-file.ts';
import { keepVoice, loadsItself, readVoice, takeStock } from './voice-files.ts';

export type FilesPorts = {
  /** The folder in the profile for records and for what has arrived so far. */
  folder: string;
  downloads: Downloads;
  shell: Pick<Shell, 'openFile' | 'showFile'>;
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
  readonly #arriving: ArrivingFiles;

  constructor(ports: FilesPorts) {
    this.#ports = ports;
    this.#records = new FileRecords(ports.folder);
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

  /**
   * Offers an own file, which the page reads. `hashes`: SHA-256 of each block, base64url of all together. A voice message is taken
   * in by `writeBlock` first; may be repeated until all of it is here.
   */
  async offer({ hashes: text, ...file }: OwnFile): Promise<FileItem> {
    const { voice, sizeBytes } = file;
    const hashes = await checkedHashes(file, text);
    const { author, now } = this.#ports;
    const fileId = (await fileIdOf({ author, ...file })) as FileId;
    const known = this.#records.get(fileId);
    if (known?.voice) return itemOf(known);
    this.#records.putHashes(fileId, hashes);
    return this.#put({
      ...{ ...file, fileId, offeredAt: now(), round: 1, author, mine: true, ...firstLook(file), trouble: null },
      ...(voice
        ? ({ state: 'recorded', haveBytes: 0 } as const)
        : ({ state: 'shared', haveBytes: sizeBytes } as const)),
      ...{ held: false, path: null, modifiedMs: 0, target: null },
    });
  }

  /** The entry of a voice message is written: it is given to others from now on. */
  share(fileId: FileId): void {
    if (this.#records.get(fileId)?.state === 'recorded') this.#change(fileId, { state: 'shared' });
  }

  /** Takes note of what the device `author` offers. Answers what is new or offered again. */
  async learn(roomId: RoomId, author: DeviceId, offers: readonly FileOffer[]): Promise<FileItem[]> {
    if (author === this.#ports.author) return [];
    const changed: FileItem[] = [];
    for (const offer of offers) {
      if ((await fileIdOf({ author, salt: offer.salt, root: offer.root })) !== offer.fileId) continue;
      const known = this.#records.get(offer.fileId);
      if (known) {
        if (known.roomId !== roomId || known.state !== 'declined' || offer.round <= known.round) continue;
        changed.push(this.#put({ ...known, state: 'offered', round: offer.round, trouble: null }));
        continue;
      }
      if (this.#waitingOf(author).length >= LIMITS.filesOfAuthorMax) break;
      const isWanted = loadsItself(offer, author, this.#records);
      const item = this.#put({
        ...{ ...offer, roomId, author, mine: false, state: 'offered', ...firstLook(offer) },
        ...{ haveBytes: 0, held: false, trouble: null, path: null, modifiedMs: 0, target: null },
      });
      // Where there is no room for it now, the person is offered to load it later.
      changed.push(isWanted ? await this.accept(offer.fileId).catch(() => item) : item);
    }
    return changed;
  }

  /** The person wants the file, or goes on after a pause. Refuses with `file-too-many`, `disk-full` or `file-unknown`. */
  async accept(fileId: FileId): Promise<FileItem> {
    const record = this.#other(fileId);
    if (record.state === 'received' || record.state === 'receiving') return itemOf(record);
    const { author, sizeBytes } = record;
    const arriving = (each: FileRecord) => each.state === 'receiving' || each.state === 'paused';
    const ofAuthor = this.#waitingOf(author).filter((each) => arriving(each) && each.fileId !== fileId);
    if (ofAuthor.reduce((sum, each) => sum + each.sizeBytes, sizeBytes) > LIMITS.filesOfAuthorMaxBytes) {
      throw new ParleyError('file-too-many');
    }
    // Before the disk is looked at: two that are accepted at once both count.
    this.#put({ ...record, state: 'receiving', trouble: null });
    try {
      const all = this.#records.all.filter(arriving);
      await checkRoom(
        this.#ports.folder,
        all.reduce((sum, each) => sum + each.sizeBytes - each.haveBytes, 0),
      );
    } catch (error) {
      this.#change(fileId, { state: record.state, trouble: record.state === 'paused' ? refusalOf(error).code : null });
      throw error;
    }
    const part = await this.#arriving.opened(fileId);
    // The last block came after the pause.
    if (part?.isComplete) await this.#finish(fileId, part);
    if (await isOfNothing(record)) await this.#store(fileId, new Uint8Array());
    return itemOf(this.#other(fileId));
  }

  /** The blocks that are here; null where the hashes of the blocks are not known yet. Reads what has arrived at an earlier time. */
  async progress(fileId: FileId): Promise<FileProgress> {
    const record = this.#other(fileId);
    const hashes = this.#records.hashesOf(fileId);
    if (!hashes || record.state === 'received') return { item: itemOf(record), have: null };
    if (record.target !== null) await takeBack(record.target, this.#records.partOf(fileId), record.sizeBytes);
    const part = await this.#arriving.open(record, hashes);
    this.#noteBytes(fileId, part);
    if (part.isComplete && record.state === 'receiving') await this.#finish(fileId, part);
    return { item: itemOf(this.#other(fileId)), have: bitsOf(part.have) };
  }

  /** Takes the hashes of the blocks, from anybody: they have to fit the root of the offer. Refuses with `file-block-wrong`. */
  async setHashes(fileId: FileId, hashes: string): Promise<FileProgress> {
    const record = this.#other(fileId);
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
    const record = this.#taken(fileId);
    const hashes = this.#records.hashesOf(fileId);
    const { mine, held, state } = record;
    if (held && state === 'recorded') return itemOf(record);
    // What was on its way when the person paused is of use as well.
    if ((state !== 'receiving' && state !== 'paused' && state !== 'recorded') || !hashes)
      throw new ParleyError('file-unknown');
    const part = await this.#arriving.open(record, hashes);
    try {
      await part.write(index, bytes);
      this.#noteBytes(fileId, part);
      if (part.isComplete && ['receiving', 'recorded'].includes(this.#taken(fileId).state))
        await this.#finish(fileId, part);
    } catch (error) {
      const { code } = refusalOf(error);
      if (!mine && (code === 'disk-full' || code === 'disk-read-only'))
        this.#change(fileId, { state: 'paused', trouble: code });
      throw error;
    }
    return itemOf(this.#taken(fileId));
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
      if (this.#records.get(record.fileId)?.held) this.#change(record.fileId, { held: false, ...again });
      throw error;
    }
  }

  pause(fileId: FileId): FileItem {
    const { state } = this.#other(fileId);
    return state === 'receiving' ? this.#change(fileId, { state: 'paused' }) : itemOf(this.#other(fileId));
  }

  /** The person does not want the file, or no longer: what has arrived is deleted. A complete file stays where it is. */
  async decline(fileId: FileId): Promise<FileItem> {
    const { state } = this.#other(fileId);
    if (state === 'received') return itemOf(this.#other(fileId));
    const item = this.#change(fileId, { state: 'declined', haveBytes: 0, trouble: null });
    await this.#arriving.close(fileId);
    this.#records.removePart(fileId);
    return item;
  }

  /** Takes an own offer back. */
  withdraw(fileId: FileId): FileItem {
    this.#own(fileId);
    return this.#change(fileId, { state: 'withdrawn' });
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
    const { round } = this.#own(fileId);
    return this.#change(fileId, { state: 'shared', round: round + 1 });
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

  /** Nothing about a deleted room stays in the profile. Files in the downloads folder are the person's own. */
  async forgetRoom(roomId: RoomId): Promise<void> {
    for (const { fileId } of this.#records.all.filter((record) => record.roomId === roomId)) await this.forget(fileId);
  }

  /** The message of a file was deleted: nothing about it stays in the profile. */
  async forget(fileId: FileId): Promise<void> {
    await this.#arriving.settled(fileId);
    await this.#arriving.close(fileId);
    this.#records.remove(fileId);
  }

  /** Forgets the files of messages that are gone: a message has the id of its file. */
  async forgetMessages(messages: readonly (MessageRef & { roomId: RoomId })[]): Promise<void> {
    for (const { roomId, author, id } of messages) {
      const record = this.#records.get(FileId.parse(id));
      if (record?.author === author && record.roomId === roomId) await this.forget(record.fileId);
    }
  }

  close(): Promise<void> {
    return this.#arriving.closeAll();
  }

  /** Moves a complete file to the downloads folder, or keeps it in the profile as a voice message; once. */
  #finish(fileId: FileId, part: PartFile): Promise<void> {
    const { voice } = this.#taken(fileId);
    return this.#arriving.finish(fileId, part, () => (voice ? this.#keep(fileId) : this.#moveIn(fileId)));
  }

  async #keep(fileId: FileId): Promise<void> {
    const record = this.#taken(fileId);
    const { mine, sizeBytes } = record;
    if (await keepVoice(record, this.#records)) {
      this.#change(fileId, { held: true, haveBytes: sizeBytes, trouble: null, ...(mine ? {} : { state: 'received' }) });
      return;
    }
    // Nobody can hear it, so it is given to nobody.
    if (mine) this.#records.remove(fileId);
    else this.#change(fileId, { state: 'declined', haveBytes: 0, trouble: 'voice-invalid' });
    this.#records.removePart(fileId);
    throw new ParleyError('voice-invalid');
  }

  async #moveIn(fileId: FileId): Promise<void> {
    const { downloads, log } = this.#ports;
    const { name, folders, target } = this.#other(fileId);
    const kept = target !== null && (await isEmpty(target)) ? target : null;
    const path = kept ?? (await downloads.reserve(name, folders));
    // Noted first: after a crash the reserved place is used and not a second one.
    if (path !== target) this.#change(fileId, { target: path });
    await downloads.moveIn(this.#records.partOf(fileId), path);
    const { mtimeMs } = await lstat(path);
    const record = { ...this.#other(fileId), path, modifiedMs: Math.round(mtimeMs) };
    const head = await readFrom(record, 0, Math.min(HEAD_BYTES, record.sizeBytes));
    const { kind, risk } = lookAt(basename(path), head);
    const received = { state: 'received', held: true, trouble: null, shownName: basename(path) } as const;
    this.#put({ ...record, ...received, kind, risk, target: null });
    log.info('a file was received', { bytes: record.sizeBytes, kind, risk });
  }

  async #store(fileId: FileId, hashes: Uint8Array): Promise<void> {
    this.#records.putHashes(fileId, hashes);
    const record = this.#other(fileId);
    const part = await this.#arriving.open(record, hashes);
    if (part.isComplete) await this.#finish(fileId, part);
  }

  #waitingOf(author: DeviceId): FileRecord[] {
    const waits = (state: FileItem['state']) => state === 'offered' || state === 'receiving' || state === 'paused';
    return this.#records.all.filter((record) => record.author === author && waits(record.state));
  }

  /** In memory alone: the part itself says it after a start. */
  #noteBytes(fileId: FileId, part: PartFile): void {
    const record = this.#records.get(fileId);
    if (record) this.#records.note({ ...record, haveBytes: part.haveBytes });
  }

  #other(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record || record.mine) throw new ParleyError('file-unknown');
    return record;
  }

  /** A file whose content is taken in: somebody else's, or a voice message of one's own. */
  #taken(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record || (record.mine && !record.voice)) throw new ParleyError('file-unknown');
    return record;
  }

  #own(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record?.mine) throw new ParleyError('file-unknown');
    return record;
  }

  #change(fileId: FileId, part: Partial<FileRecord> & { trouble?: ErrorCode | null }): FileItem {
    const record = this.#records.get(fileId);
    if (!record) throw new ParleyError('file-unknown');
    return this.#put({ ...record, ...part });
  }

  #put(record: FileRecord): FileItem {
    this.#records.put(record);
    const item = itemOf(record);
    this.#ports.emit('files.changed', { items: [item] });
    return item;
  }
}

function itemOf({ path: _path, modifiedMs: _modified, target: _target, ...item }: FileRecord): FileItem {
  return item;
}
