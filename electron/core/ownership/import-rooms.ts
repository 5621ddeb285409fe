import { createReadStream, statSync } from 'node:fs';
import { Entry, ExportedRoom, ROOM_EXPORT_FORMAT, ROOM_EXPORT_VERSION, type WorkResult } from '@parley/shared/model';
import { LIMITS, ParleyError, type RoomId, unwrap } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';
import type { HistoryClient } from '../history/history-client.ts';
import { FilesBeside, type ImportedInto } from './import-files.ts';
import { type JsonPart, JsonParts } from './json-parts.ts';
import type { Progress } from './work.ts';

export type ImportParts = {
  history: Pick<HistoryClient, 'room' | 'addRoom' | 'record' | 'page' | 'markSeen'> & ImportedInto['history'];
} & Pick<ImportedInto, 'files' | 'own'>;

type Imported = Extract<WorkResult, { kind: 'import' }>;

/** How many steps the import of these files has: their bytes. Throws where one cannot be read. */
export function planImport(paths: readonly string[]): number {
  try {
    return paths.reduce((sum, path) => sum + statSync(path).size, 0);
  } catch (error) {
    throw asFileError(error);
  }
}

/**
 * Records what is in exported rooms, checked as entries from a peer are: an entry that its author did not sign is refused. Then their files and
 * voice messages come along, as far as they lie beside. A room that is
 * not here yet is added without its key, and with a name that counts until an entry says one. Doing it twice changes nothing. Throws `import-invalid`,
 * `import-version`, `import-damaged`, `cancelled` and what the disk refuses with; what was recorded until then stays.
 */
export async function importRooms(parts: ImportParts, paths: readonly string[], progress: Progress): Promise<Imported> {
  const sum: Imported = {
    kind: 'import',
    rooms: 0,
    added: 0,
    known: 0,
    refused: 0,
    forged: 0,
    files: 0,
    filesMissing: 0,
    filesWrong: 0,
    filesNotStored: 0,
  };
  for (const path of paths) {
    const reader = new RoomReader(parts.history, sum, new FilesBeside(parts, path, sum, progress));
    const stream = createReadStream(path, { encoding: 'utf8', signal: progress.signal, highWaterMark: 65_536 });
    const json = new JsonParts();
    let isFirst = true;
    try {
      // Decoded by the stream, which keeps characters whole.
      for await (const chunk of stream as AsyncIterable<string>) {
        const text = isFirst ? chunk.replace(/^\uFEFF/, '') : chunk;
        isFirst = false;
        for (const part of json.push(text)) await reader.take(part);
        progress.step(Buffer.byteLength(chunk));
      }
      json.end();
      await reader.finish();
    } catch (error) {
      if (progress.signal.aborted) throw new ParleyError('cancelled');
      // Without any JSON at its beginning it is something else, not a damaged export.
      if (error instanceof ParleyError) {
        if (error.code === 'import-damaged' && !reader.isRoom) throw new ParleyError('import-invalid');
        await reader.flush();
        await reader.takeFiles();
        throw error;
      }
      throw asFileError(error);
    }
    sum.rooms++;
  }
  return sum;
}

/** Takes the parts of one exported room in their order. */
class RoomReader {
  readonly #history: ImportParts['history'];
  readonly #sum: Imported;
  readonly #files: FilesBeside;
  #format: unknown;
  #version: unknown;
  #roomId: RoomId | null = null;
  #isNew = false;
  #waiting: Entry[] = [];

  constructor(history: ImportParts['history'], sum: Imported, files: FilesBeside) {
    this.#history = history;
    this.#sum = sum;
    this.#files = files;
  }

  get isRoom(): boolean {
    return this.#roomId !== null;
  }

  async take({ key, value }: JsonPart): Promise<void> {
    if (key === 'format') this.#format = value;
    else if (key === 'version') this.#version = value;
    else if (key === 'room') await this.#takeRoom(value);
    else if (key === 'files') this.#files.list(value);
    else if (key === 'entries') await this.#takeEntry(value);
  }

  async finish(): Promise<void> {
    if (this.#roomId === null) throw new ParleyError('import-invalid');
    await this.flush();
    await this.takeFiles();
  }

  /** Brings the files of what was recorded. */
  async takeFiles(): Promise<void> {
    if (this.#roomId !== null) await this.#files.take(this.#roomId);
  }

  /** Records what waits. */
  async flush(): Promise<void> {
    const entries = this.#waiting;
    this.#waiting = [];
    if (this.#roomId === null || entries.length === 0) return;
    const { gained, refused, forged, failed } = await this.#history.record(this.#roomId, entries);
    this.#sum.added += gained;
    this.#sum.refused += refused;
    this.#sum.forged += forged;
    this.#sum.known += entries.length - gained - refused;
    await this.#files.note(this.#roomId, entries);
    if (this.#isNew) await this.#markSeen(this.#roomId);
    if (failed) unwrap(failed);
  }

  /** The person has read them where they were exported. In a room that was here before, what is new is new. */
  async #markSeen(roomId: RoomId): Promise<void> {
    const [newest] = (await this.#history.page(roomId, undefined, 1)).items;
    if (newest) await this.#history.markSeen(roomId, { from: null, upTo: newest });
  }

  async #takeRoom(value: unknown): Promise<void> {
    if (this.#format !== ROOM_EXPORT_FORMAT) throw new ParleyError('import-invalid');
    if (typeof this.#version === 'number' && this.#version > ROOM_EXPORT_VERSION)
      throw new ParleyError('import-version');
    const room = ExportedRoom.safeParse(value);
    if (this.#version !== ROOM_EXPORT_VERSION || !room.success) throw new ParleyError('import-invalid');
    const { roomId, name } = room.data;
    this.#isNew = (await this.#history.room(roomId)) === null;
    if (this.#isNew) {
      await this.#history.addRoom({
        room_id: roomId,
        name,
        host: null,
        // The key comes with the room's invite.
        secret: new Uint8Array(),
        owner_pub: '',
        owner_seed: null,
        passphrase: null,
        needs_passphrase: 0,
        listed: 0,
      });
    }
    this.#roomId = roomId;
  }

  async #takeEntry(value: unknown): Promise<void> {
    if (this.#roomId === null) throw new ParleyError('import-invalid');
    const entry = Entry.safeParse(value);
    if (!entry.success) {
      this.#sum.refused++;
      return;
    }
    this.#waiting.push(entry.data);
    if (this.#waiting.length >= LIMITS.historyBatchMax) await this.flush();
  }
}
