import type { HistoryItem } from '@parley/shared/model';
import type { CallId, RoomId } from '@parley/shared/protocol';
import { toBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { STATE_NUMBERS } from './message-rows.ts';
import { sql } from './statements.ts';

/** The calls that this device is in. */
export function createCallsStore({ run, transaction, items, calls, needRoom, rowOf, itemOf }: HistoryContext) {
  return {
    /** Notes that this device is in a call: it is not missed, and nothing new. Answers the messages that this changes. */
    joinCall: (roomId: RoomId, callId: CallId): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        calls.join(roomId, callId);
        return items(sql.callsWithId, toBlob(callId), roomId).flatMap((row) => {
          if (row.mine === 1) return [];
          if (row.state < STATE_NUMBERS.read) {
            run(sql.seen, row.number);
            if (row.shown === 1) run(sql.fewerUnread, 1, roomId);
          }
          if (row.shown === 0) return [];
          const after = rowOf({ author: row.author, id: row.id } as HistoryItem);
          return after ? [itemOf(after)] : [];
        });
      }),
  };
}
