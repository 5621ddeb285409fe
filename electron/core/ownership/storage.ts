import { existsSync, rmSync, statSync } from 'node:fs';
import type { FileItem, RoomStorage, StorageOverview } from '@parley/shared/model';
import { RoomId } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';
import type { Files } from '../files/files.ts';
import { backupsOf } from '../history/backup.ts';
import type { HistoryClient } from '../history/history-client.ts';
import { damagedCopiesOf } from '../history/history-files.ts';

export type StorageParts = {
  history: Pick<HistoryClient, 'rooms' | 'messageCount' | 'weigh' | 'emptyBytes' | 'vacuum'>;
  files: Pick<Files, 'list'>;
  /** The history's file in the profile. */
  historyFile: string;
};

/** Looks at what the profile and the received files take on the disk. */
export async function storageOverview({ history, files, historyFile }: StorageParts): Promise<StorageOverview> {
  const weights = new Map<string, number>();
  for (let above: number | null = 0; above !== null; ) {
    const counted: Awaited<ReturnType<typeof history.weigh>> = await history.weigh(above);
    for (const [roomId, weight] of counted.weights) weights.set(roomId, (weights.get(roomId) ?? 0) + weight);
    above = counted.next;
  }
  const historyBytes = sizeOf(historyFile) + sizeOf(`${historyFile}-wal`);
  const emptyBytes = await history.emptyBytes();
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const used = Math.max(0, historyBytes - emptyBytes);
  const rooms: RoomStorage[] = [];
  for (const { room_id } of await history.rooms()) {
    const roomId = RoomId.parse(room_id);
    const here = files.list(roomId).filter((file) => onDisk(file) > 0);
    rooms.push({
      roomId,
      messages: await history.messageCount(roomId),
      historyBytes: total === 0 ? 0 : Math.round((used * (weights.get(roomId) ?? 0)) / total),
      files: here.length,
      fileBytes: here.reduce((sum, file) => sum + onDisk(file), 0),
    });
  }
  const damagedBytes = damagedCopiesOf(historyFile).reduce((sum, file) => sum + sizeOf(file), 0);
  return {
    rooms: rooms.sort((left, right) => bytesOf(right) - bytesOf(left)),
    historyBytes,
    snapshots: backupsOf(historyFile)
      .map((file) => ({ madeAt: Math.round(statSync(file).mtimeMs), bytes: sizeOf(file) }))
      .sort((left, right) => right.madeAt - left.madeAt),
    damagedBytes,
    freeableBytes: emptyBytes + damagedBytes,
  };
}

/** Gives back what nothing needs; answers how many bytes. Throws `disk-full` where there is no room to rewrite the history. */
export async function freeStorage({ history, historyFile }: StorageParts): Promise<number> {
  const before = sizeOf(historyFile) + sizeOf(`${historyFile}-wal`);
  let freed = 0;
  try {
    for (const file of damagedCopiesOf(historyFile)) {
      const bytes = sizeOf(file);
      rmSync(file, { force: true });
      freed += bytes;
    }
  } catch (error) {
    throw asFileError(error);
  }
  await history.vacuum();
  return freed + Math.max(0, before - sizeOf(historyFile) - sizeOf(`${historyFile}-wal`));
}

const bytesOf = ({ historyBytes, fileBytes }: RoomStorage): number => historyBytes + fileBytes;
const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

/** What Parley keeps of a file: an own one lies where its person has it, unless it is a voice message. */
function onDisk({ mine, held, state, sizeBytes, haveBytes }: FileItem): number {
  if (state === 'received' || (mine && held)) return sizeBytes;
  return state === 'receiving' || state === 'paused' ? haveBytes : 0;
}
