import type { MessageRef } from '@parley/shared/model';
import { type DeviceId, type FileId, MessageId, type RoomId } from '@parley/shared/protocol';
import type { HistoryClient } from '../history/history-client.ts';
import type { FileRecord, FileRecords } from './file-records.ts';

export type Fates = Pick<HistoryClient, 'fates'>;

/** The message of a file: it has the id of the file. */
export const messageOf = (roomId: RoomId, author: DeviceId, fileId: FileId): MessageRef & { roomId: RoomId } => ({
  ...{ roomId, author },
  id: MessageId.parse(fileId),
});

/** What the history says that the records do not: which are to be forgotten, and which recordings were sent. */
export async function differences(
  records: FileRecords,
  history: Fates,
  isWhole: boolean,
): Promise<{ gone: FileRecord[]; sent: FileRecord[] }> {
  const all = records.all;
  const fates = await history.fates(all.map(({ roomId, author, fileId }) => messageOf(roomId, author, fileId)));
  return {
    // The rooms of a history that was damaged may come back, with messages that have their files here.
    gone: all.filter((_, at) => fates[at] === 'gone' || (isWhole && fates[at] === 'no-room')),
    sent: all.filter(({ state }, at) => state === 'recorded' && fates[at] === 'here'),
  };
}
