import { CallTimeline, type HistoryItem } from '@parley/shared/model';
import { type CallId, type RoomId, readJson } from '@parley/shared/protocol';
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

/** The calls that this device is in, and how its connections were. */
export function createCallsStore(context: HistoryContext) {
  const { one, run, transaction, needRoom, rowOf, itemOf, items } = context;
  const shown = (rows: readonly ItemRow[]): HistoryItem[] =>
    rows.flatMap((row) => {
      if (row.shown !== 1) return [];
      const after = rowOf({ author: row.author, id: row.id } as HistoryItem);
      return after ? [itemOf(after)] : [];
    });
  return {
    /** Notes that this device is in a call. Answers the messages that this changes. */
    joinCall: (roomId: RoomId, callId: CallId): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        return shown(noteJoined(context, roomId, callId));
      }),

    /** Keeps how the connections of a call were, unless the call was deleted; its line may come later. Answers the messages that are shown another way now. */
    keepCallTimeline: (roomId: RoomId, callId: CallId, timeline: CallTimeline): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        const isKept = () => one(sql.timelineOf, roomId, toBlob(callId)) !== undefined;
        const wasKept = isKept();
        run(sql.keepTimeline, { roomId, callId: toBlob(callId), timeline: JSON.stringify(timeline) });
        return wasKept || !isKept() ? [] : shown(items(sql.callsWithId, toBlob(callId), roomId));
      }),

    /** How the connections of a call were; null where that is not kept. */
    callTimeline: (roomId: RoomId, callId: CallId): CallTimeline | null => {
      needRoom(roomId);
      const kept = one<{ timeline: string }>(sql.timelineOf, roomId, toBlob(callId));
      return kept ? (readJson(CallTimeline, kept.timeline) ?? null) : null;
    },
  };
}
