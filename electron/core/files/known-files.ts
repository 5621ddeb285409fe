import type { FileItem, FileOffer } from '@parley/shared/model';
import {
  type DeviceId,
  type ErrorCode,
  type FileId,
  LIMITS,
  ParleyError,
  type RoomId,
  refusalOf,
} from '@parley/shared/protocol';
import type { Emit } from '../event-hub.ts';
import type { Log } from '../ports.ts';
import type { FileRecord, FileRecords } from './file-records.ts';
import { firstLook } from './first-look.ts';
import type { PartFile } from './part-file.ts';

/** The records as pages see them: each change is stored and told. */
export class KnownFiles {
  readonly #records: FileRecords;
  readonly #emit: Emit;
  readonly #log: Log;

  constructor(records: FileRecords, emit: Emit, log: Log) {
    this.#records = records;
    this.#emit = emit;
    this.#log = log;
  }

  /** Notes what somebody offers; answers it where it is new or offered again. */
  learn(roomId: RoomId, author: DeviceId, offer: FileOffer): FileItem[] {
    const known = this.#records.get(offer.fileId);
    if (known) {
      if (known.roomId !== roomId || known.state !== 'declined' || offer.round <= known.round) return [];
      return [this.put({ ...known, state: 'offered', round: offer.round, trouble: null })];
    }
    if (this.waitingOf(author).length >= LIMITS.filesOfAuthorMax) return [];
    const item = this.put({
      ...{ ...offer, roomId, author, mine: false, state: 'offered', ...firstLook(offer) },
      ...{ haveBytes: 0, held: false, trouble: null, path: null, modifiedMs: 0, target: null },
    });
    return [item];
  }

  /** Its entry is written, which cannot be refused any more: where the disk takes no note of it, the next start does. */
  share(fileId: FileId): void {
    const record = this.#records.get(fileId);
    if (record?.state !== 'recorded') return;
    const shared = { ...record, state: 'shared' } as const;
    try {
      this.put(shared);
    } catch (error) {
      this.#log.warn('that a recording was sent could not be noted', { code: refusalOf(error).code });
      this.#records.note(shared);
      this.#tell(shared);
    }
  }

  /** The files of an author that wait for an answer or for their content. */
  waitingOf(author: DeviceId): FileRecord[] {
    const waits = (state: FileItem['state']) => state === 'offered' || state === 'receiving' || state === 'paused';
    return this.#records.all.filter((record) => record.author === author && waits(record.state));
  }

  /** In memory alone: the part itself says it after a start. */
  noteBytes(fileId: FileId, part: PartFile): void {
    const record = this.#records.get(fileId);
    if (record) this.#records.note({ ...record, haveBytes: part.haveBytes });
  }

  other(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record || record.mine) throw new ParleyError('file-unknown');
    return record;
  }

  /** A file whose content is taken in: somebody else's, or a voice message of one's own. */
  taken(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record || (record.mine && !record.voice)) throw new ParleyError('file-unknown');
    return record;
  }

  own(fileId: FileId): FileRecord {
    const record = this.#records.get(fileId);
    if (!record?.mine) throw new ParleyError('file-unknown');
    return record;
  }

  change(fileId: FileId, part: Partial<FileRecord> & { trouble?: ErrorCode | null }): FileItem {
    const record = this.#records.get(fileId);
    if (!record) throw new ParleyError('file-unknown');
    return this.put({ ...record, ...part });
  }

  put(record: FileRecord): FileItem {
    this.#records.put(record);
    return this.#tell(record);
  }

  #tell(record: FileRecord): FileItem {
    const item = itemOf(record);
    this.#emit('files.changed', { items: [item] });
    return item;
  }
}

/** A record without what only the core needs. */
export function itemOf({ path: _path, modifiedMs: _modified, target: _target, ...item }: FileRecord): FileItem {
  return item;
}
