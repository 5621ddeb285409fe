import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  blockCountOf,
  comparePlaces,
  cursorAt,
  type Entry,
  type FileItem,
  HISTORY_START,
  type HistoryItem,
  ROOM_EXPORT_FORMAT,
  ROOM_EXPORT_VERSION,
  type RoomExport,
  type WorkResult,
} from '@parley/shared/model';
import { MessageId, ParleyError, RoomId } from '@parley/shared/protocol';
import type { Files } from '../files/files.ts';
import type { ExportPlace } from '../history/export-store.ts';
import type { HistoryClient } from '../history/history-client.ts';
import type { RoomRow } from '../history/room-rows.ts';
import { dateOf, type NewFile, newFile, newFolder } from './new-files.ts';
import { roomHtml, type Where } from './room-html.ts';
import type { Progress } from './work.ts';

export type ExportWish = { json: boolean; html: boolean; files: boolean };
export type ExportParts = {
  history: Pick<
    HistoryClient,
    'rooms' | 'entryCount' | 'messageCount' | 'exportEntries' | 'passing' | 'pageAfter' | 'roomChanges'
  >;
  files: Pick<Files, 'list' | 'readBlock'>;
  now: () => number;
  where?: Where;
};
type ExportedFile = FileItem & { path: string | null };

const PAGE = 200;
/** More changes of a room's timer, or of its name, than this nobody wants to read. */
const CHANGES_MAX = 10_000;
const roomNameOf = ({ name }: Pick<RoomRow, 'name'>): string => name ?? 'Room without a name';

/** The rooms of an export, and how many steps it has. Throws `room-unknown`. */
export async function planExport(
  { history, files }: ExportParts,
  wanted: readonly RoomId[] | null,
  wish: ExportWish,
): Promise<{ rooms: RoomRow[]; total: number }> {
  const all = await history.rooms();
  const rooms = all.filter(({ room_id }) => wanted === null || wanted.some((roomId) => roomId === room_id));
  if (wanted !== null && rooms.length < new Set(wanted).size) throw new ParleyError('room-unknown');
  let total = 0;
  for (const room of rooms) {
    const roomId = RoomId.parse(room.room_id);
    if (wish.json) total += await history.entryCount(roomId);
    if (wish.html) total += await history.messageCount(roomId);
    if (wish.files)
      total += (await lastingFiles({ history, files }, roomId)).reduce((sum, file) => sum + blocksOf(file), 0);
  }
  return { rooms, total };
}

/**
 * Writes rooms into a new folder inside `parent`; nothing that is there is touched. When it fails or is cancelled, the new folder is
 * removed. Throws `cancelled`, `disk-full` or `disk-read-only`.
 */
export async function exportRooms(
  parts: ExportParts,
  parent: string,
  rooms: readonly RoomRow[],
  wish: ExportWish,
  progress: Progress,
): Promise<Extract<WorkResult, { kind: 'export' }>> {
  const folder = await newFolder(parent, `Parley export ${dateOf(parts.now())}`);
  try {
    const counts = { entries: 0, files: 0, filesMissing: 0 };
    for (const room of rooms) await exportRoom(parts, folder, room, wish, progress, counts);
    return { kind: 'export', folder, rooms: rooms.length, ...counts };
  } catch (error) {
    // All that is in it was made here.
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function exportRoom(
  parts: ExportParts,
  folder: string,
  room: RoomRow,
  wish: ExportWish,
  progress: Progress,
  counts: { entries: number; files: number; filesMissing: number },
): Promise<void> {
  const { history, files, now } = parts;
  const roomId = RoomId.parse(room.room_id);
  const name = roomNameOf(room);
  const listed: ExportedFile[] = (await lastingFiles(parts, roomId)).map((file) => ({ ...file, path: null }));
  if (wish.files && listed.some(isHere)) {
    const beside = await newFolder(folder, `${name} - files`);
    for (const file of listed) {
      const copied = await copyFile(files, beside, file, progress);
      if (copied === null) continue;
      file.path = `${basename(beside)}/${copied}`;
      counts.files++;
    }
  }
  counts.filesMissing += wish.files ? listed.filter(({ path }) => path === null).length : 0;
  if (wish.json) {
    await written(await newFile(folder, `${name}.json`), async (file) => {
      await file.write(`${jsonHead(room, listed, now()).slice(0, -1)},"entries":[\n`);
      let isFirst = true;
      for (let place: ExportPlace | null | undefined; place !== null; ) {
        const { entries, next } = await history.exportEntries(roomId, place ?? null);
        if (entries.length > 0) {
          await file.write(
            `${isFirst ? '' : ',\n'}${entries.map((entry) => JSON.stringify(withoutPassing(entry))).join(',\n')}`,
          );
          isFirst = false;
        }
        counts.entries += entries.length;
        progress.step(entries.length);
        place = next;
      }
      await file.write('\n]}\n');
    });
  }
  if (wish.html) {
    await written(await newFile(folder, `${name}.html`), async (file) => {
      const page = roomHtml(parts.where);
      await file.write(page.head(name, now()));
      const changes = await history.roomChanges(roomId, CHANGES_MAX);
      /** The changes before a message, or all that are left. */
      const changesBefore = (item?: HistoryItem): string => {
        const at = item === undefined ? -1 : changes.findIndex((change) => comparePlaces(change, item) > 0);
        return changes
          .splice(0, at < 0 ? changes.length : at)
          .map((change) => page.change(change))
          .join('');
      };
      for (let after = HISTORY_START, more = true; more; ) {
        const { items, has_newer } = await history.pageAfter(roomId, after, PAGE);
        await file.write(items.map((item) => changesBefore(item) + page.message(item)).join(''));
        progress.step(items.length);
        const last = items.at(-1);
        more = has_newer && last !== undefined;
        if (last) after = cursorAt(last);
      }
      await file.write(changesBefore() + page.tail(listed));
    });
  }
}

/** The files of a room without those that were offered by a message that disappears. */
async function lastingFiles({ history, files }: Pick<ExportParts, 'history' | 'files'>, roomId: RoomId) {
  // A recording that was not sent is nobody else's yet, and no part of the room.
  const all = files.list(roomId).filter(({ state }) => state !== 'recorded');
  const passing = new Set<string>(
    // A file has the id of its message.
    await history.passing(all.map(({ author, fileId }) => ({ author, id: MessageId.parse(fileId) }))),
  );
  return all.filter(({ fileId }) => !passing.has(fileId));
}

const jsonHead = (room: RoomRow, files: readonly ExportedFile[], exportedAt: number): string =>
  JSON.stringify({
    format: ROOM_EXPORT_FORMAT,
    version: ROOM_EXPORT_VERSION,
    exportedAt,
    room: { roomId: RoomId.parse(room.room_id), name: room.name },
    files: files.map(({ fileId, author, shownName, sizeBytes, offeredAt, path }) => ({
      ...{ fileId, author, name: shownName, sizeBytes, offeredAt, path },
    })),
  } satisfies Omit<RoomExport, 'entries'>);

/** An export leaves out the words of messages that disappear; the entry stays provable without them. */
const withoutPassing = (entry: Entry): Entry => (entry.expires === undefined ? entry : { ...entry, body: null });

/** Copies a received file block by block; answers its name there, null where its content cannot be read. */
async function copyFile(
  files: ExportParts['files'],
  folder: string,
  file: FileItem,
  progress: Progress,
): Promise<string | null> {
  if (!isHere(file)) return null;
  const copy = await newFile(folder, file.shownName);
  try {
    for (let index = 0; index < blockCountOf(file.sizeBytes); index++) {
      const block = await readOrNull(files, file, index);
      progress.step(1);
      if (block === null) {
        await copy.abandon();
        return null;
      }
      await copy.write(block);
    }
    await copy.finish();
    return copy.name;
  } catch (error) {
    await copy.abandon();
    throw error;
  }
}

async function readOrNull(
  files: ExportParts['files'],
  { fileId }: FileItem,
  index: number,
): Promise<Uint8Array | null> {
  try {
    return await files.readBlock(fileId, index);
  } catch {
    // Moved, changed or deleted by the person since. The export says that it is missing.
    return null;
  }
}

async function written(file: NewFile, write: (file: NewFile) => Promise<void>): Promise<void> {
  try {
    await write(file);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** Whether a copy can be made: of a received file, and of an own voice message. */
const isHere = ({ mine, held, state }: FileItem): boolean => state === 'received' || (mine && held);
const blocksOf = (file: FileItem): number => (isHere(file) ? blockCountOf(file.sizeBytes) : 0);
