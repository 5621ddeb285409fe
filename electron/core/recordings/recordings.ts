import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KeptOfCall } from '@parley/shared/bridge';
import type { RecordedStay, RecordingNote } from '@parley/shared/model';
import { ParleyError, RecordingId, type RoomId, refusalOf, toBase64Url } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';
import type { Downloads } from '../files/downloads.ts';
import type { Log, Shell } from '../ports.ts';
import { finishPart, PartOfRecording } from './part-of-recording.ts';
import { RecordingNotes, tagsOf } from './recording-notes.ts';

const FOLDER = 'Recordings';
/** Files that can still be shown in their folder from the page. */
const SHOWN_MAX = 64;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export type RecordingsParts = {
  /** Where the notes of recordings that are not finished lie. */
  folder: string;
  downloads: Pick<Downloads, 'reserve'>;
  shell: Pick<Shell, 'showFile'>;
  /** The name of a room; undefined where it is unknown here. */
  roomName: (roomId: RoomId) => Promise<string | undefined>;
  /** The person who records. */
  ownName: () => string;
  /** A recording was finished without anybody who asked for it: because its page is gone, or Parley was. */
  keptBy: (what: 'page-gone' | 'crash', room: string, name: string) => void;
  now: () => number;
  log: Log;
};

/** Tells pages apart; null for a caller that is no page and never ends. */
type Asker = object | null;
type Running = { note: RecordingNote; part: PartOfRecording; page: Asker; next: number; turn: Promise<unknown> };

/**
 * Recordings of calls, and pictures of them, in the folder for received files. A recording is written while the call runs, and is whole
 * enough to be finished at any moment: also by the next start of the app, from what the disk has. All of it throws ParleyErrors.
 */
export class Recordings {
  readonly #parts: RecordingsParts;
  readonly #notes: RecordingNotes;
  readonly #running = new Map<RecordingId, Running>();
  readonly #finishing = new Set<Promise<unknown>>();
  /** The files by what they are called over the bridge, the latest last. */
  readonly #kept = new Map<RecordingId, string>();

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
    this.#notes = new RecordingNotes(parts.folder);
  }

  /** Begins a recording; `recording-running` while another one runs. It ends with the page at the latest. */
  async begin(roomId: RoomId, page: Asker): Promise<{ recordingId: RecordingId; name: string }> {
    const { downloads, roomName, ownName, now } = this.#parts;
    if (this.#running.size > 0) throw new ParleyError('recording-running');
    const room = await roomName(roomId);
    if (room === undefined) throw new ParleyError('room-unknown');
    const startedAt = now();
    const name = `${fileNameOf(room, startedAt)}.webm`;
    const path = await downloads.reserve(`${name}.part`, [FOLDER]);
    const recordingId = newId();
    const note = { recordingId, room, by: ownName(), startedAt, part: path, name, stays: [] };
    try {
      if (this.#running.size > 0) throw new ParleyError('recording-running');
      this.#notes.put(note);
      const part = await PartOfRecording.open(path);
      this.#running.set(recordingId, { note, part, page, next: 0, turn: Promise.resolve() });
    } catch (error) {
      await rm(path, { force: true });
      this.#notes.remove(recordingId);
      throw error;
    }
    this.#parts.log.info('a recording began');
    return { recordingId, name };
  }

  /** Appends the part with this number; they come one after the other. It is on the disk when this resolves. */
  write(recordingId: RecordingId, index: number, bytes: Uint8Array): Promise<{ sizeBytes: number }> {
    return this.#inTurn(recordingId, async (running) => {
      if (index !== running.next) throw new ParleyError('bad-request');
      await running.part.append(bytes);
      running.next += 1;
      return { sizeBytes: running.part.sizeBytes };
    });
  }

  /** Notes who was in the call and was told that it is recorded. */
  note(recordingId: RecordingId, stays: RecordedStay[]): Promise<void> {
    return this.#inTurn(recordingId, async (running) => {
      const note = { ...running.note, stays };
      this.#notes.put(note);
      running.note = note;
    });
  }

  /** Ends a recording and gives it its final name. */
  async finish(recordingId: RecordingId): Promise<KeptOfCall> {
    const running = this.#get(recordingId);
    this.#running.delete(recordingId);
    const finishing = running.turn
      .then(() => running.part.close())
      .then(() => this.#finish(running.note))
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
    const kept = await finishing;
    if (!kept) throw new ParleyError('recording-failed', { message: NOTHING });
    return kept;
  }

  /** Keeps a picture of a call. Refuses with `bad-request` what is no PNG. */
  async keepPicture(roomId: RoomId, bytes: Uint8Array): Promise<KeptOfCall> {
    const { downloads, roomName, now } = this.#parts;
    if (!PNG.equals(bytes.subarray(0, PNG.length))) throw new ParleyError('bad-request');
    const room = await roomName(roomId);
    if (room === undefined) throw new ParleyError('room-unknown');
    const path = await downloads.reserve(`${fileNameOf(room, now())}.png`, [FOLDER]);
    try {
      const handle = await open(path, 'r+');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      await rm(path, { force: true });
      throw asFileError(error);
    }
    return this.#keep(newId(), path, bytes.length);
  }

  /** Shows a finished recording or a picture in its folder. */
  async show(recordingId: RecordingId): Promise<void> {
    const path = this.#kept.get(recordingId);
    if (path === undefined) throw new ParleyError('recording-unknown');
    if (!(await this.#parts.shell.showFile(path))) throw new ParleyError('file-not-open');
  }

  /** Finishes what an earlier run of the app left. */
  finishLeft(): void {
    for (const note of this.#notes.left()) {
      const finishing = this.#finish(note)
        .then((done) => done && this.#parts.keptBy('crash', note.room, done.name))
        .catch((error: unknown) =>
          this.#parts.log.warn('a recording of before could not be finished', { code: refusalOf(error).code }),
        )
        .finally(() => this.#finishing.delete(finishing));
      this.#finishing.add(finishing);
    }
  }

  /** The page is gone, and nobody will end what it began. */
  endPage(page: object): void {
    for (const [recordingId, { note, page: owner }] of this.#running)
      if (owner === page)
        void this.#end(recordingId).then((kept) => kept && this.#parts.keptBy('page-gone', note.room, kept.name));
  }

  /** Finishes everything; resolves when it is on the disk. */
  async close(): Promise<void> {
    for (const recordingId of this.#running.keys()) void this.#end(recordingId);
    await Promise.allSettled(this.#finishing);
  }

  async #end(recordingId: RecordingId): Promise<KeptOfCall | undefined> {
    try {
      return await this.finish(recordingId);
    } catch (error) {
      this.#parts.log.warn('a recording could not be finished', { code: refusalOf(error).code });
      return undefined;
    }
  }

  /** Null where there was nothing in it; it is gone then. */
  async #finish(note: RecordingNote): Promise<KeptOfCall | null> {
    const { downloads, log } = this.#parts;
    let sizeBytes: number | null;
    try {
      sizeBytes = await finishPart(note.part, tagsOf(note));
    } catch (error) {
      const { code } = refusalOf(error);
      // A disk that is full has no room for the index: what is there plays without one.
      if (code !== 'disk-full') {
        // Without its file there is nothing that another start could finish.
        if (isMissing(error)) this.#notes.remove(note.recordingId);
        throw error;
      }
      log.warn('a recording got no index', { code });
      sizeBytes = 0;
    }
    if (sizeBytes === null) {
      await rm(note.part, { force: true });
      this.#notes.remove(note.recordingId);
      return null;
    }
    const path = await downloads.reserve(note.name, [FOLDER]);
    await rename(note.part, path).catch((error: unknown) => {
      throw asFileError(error);
    });
    this.#notes.remove(note.recordingId);
    log.info('a recording is finished', { bytes: sizeBytes });
    return this.#keep(note.recordingId, path, sizeBytes);
  }

  #keep(recordingId: RecordingId, path: string, sizeBytes: number): KeptOfCall {
    this.#kept.set(recordingId, path);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > SHOWN_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return { recordingId, name: basename(path), sizeBytes };
  }

  #get(recordingId: RecordingId): Running {
    const running = this.#running.get(recordingId);
    if (!running) throw new ParleyError('recording-unknown');
    return running;
  }

  /** One thing after the other happens to a recording. */
  #inTurn<T>(recordingId: RecordingId, work: (running: Running) => Promise<T>): Promise<T> {
    const running = this.#running.get(recordingId);
    if (!running) return Promise.reject(new ParleyError('recording-unknown'));
    const done = running.turn.then(() => work(running));
    running.turn = done.catch(() => undefined);
    return done;
  }
}

const NOTHING = 'Nothing was recorded.';

const newId = (): RecordingId => RecordingId.parse(toBase64Url(randomBytes(16)));

const isMissing = (error: unknown): boolean =>
  error instanceof ParleyError &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ENOENT';

/** Such as `Parley Garden plans 2026-12-01 14.05`, by the clock of this computer. */
function fileNameOf(room: string, at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `Parley ${room} ${day} ${two(date.getHours())}.${two(date.getMinutes())}`;
}
