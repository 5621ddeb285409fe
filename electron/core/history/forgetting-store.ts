import type { MessageRef } from '@parley/shared/model';
import { DeviceId, MessageId, RoomId } from '@parley/shared/protocol';
import { createEntryLog } from './entry-log.ts';
import type { HistoryContext } from './history-context.ts';
import type { MessageRow } from './message-rows.ts';
import { sql } from './statements.ts';

/** A message that is not here any more. */
export type Gone = MessageRef & { roomId: RoomId };

/** So many entries are erased in one step: other calls have their turn after it. */
export const ERASED_AT_ONCE = 50;

/** Erases what is to be erased after a time. */
export function createForgettingStore(context: HistoryContext) {
  const { all, transaction, lifetime } = context;
  const log = createEntryLog(context);
  const goneOf = (row: MessageRow): Gone => ({
    roomId: RoomId.parse(row.room_id),
    author: DeviceId.parse(row.author),
    id: MessageId.parse(row.id),
  });
  return {
    /**
     * Erases entries whose time is over, the longest over first. Answers the messages that went with them, how many entries were
     * erased, and whether there is more.
     */
    expire: (): { gone: Gone[]; erased: number; more: boolean } =>
      transaction(() => {
        const rows = all<MessageRow>(sql.due, lifetime(), ERASED_AT_ONCE);
        const gone = rows.flatMap((row) => {
          // An earlier one of these may have taken it along.
          const still = all<MessageRow>(sql.entry, row.author, row.id);
          return still.flatMap(log.expire).map(goneOf);
        });
        return { gone, erased: rows.length, more: rows.length === ERASED_AT_ONCE };
      }),
  };
}
