import type { HistoryItem } from '@parley/shared/model';
import type { CallId, RoomId } from '@parley/shared/protocol';
import { toBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { type ItemRow, STATE_NUMBERS } from './message-rows.ts';
import { sql } from './statements.ts';

/** Notes that this person is in a call: it is not missed, and nothing new. Answers the entries of it. Inside a transaction. */
export function noteJoined(
  { run, items, calls }: Pick<HistoryContext, 'run' | 'items' | 'calls'>,
  roomId: RoomId,
  callId: CallId,
): ItemRow[] {
  calls.join(roomId, callId);
  return items(sql.callsWithId, toBlob(callId), roomId).filter((row) => {
    if (row.mine === 1) return false;
    if (row.state < STATE_NUMBERS.read) {
      run(sql.seen, row.number);
      if (row.shown === 1) run(sql.fewerUnread, 1, roomId);
    }
    return true;
  });
}

/** The calls that this device is in. */
export function createCallsStore(context: HistoryContext) {
  const { transaction, needRoom, rowOf, itemOf } = context;
  return {
    /** Notes that this device is in a call. Answers the messages that this changes. */
    joinCall: (roomId: RoomId, callId: CallId): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        return noteJoined(context, roomId, callId).flatMap((row) => {
          if (row.shown !== 1) return [];
          const after = rowOf({ author: row.author, id: row.id } as HistoryItem);
          return after ? [itemOf(after)] : [];
        });
      }),
  };
}
