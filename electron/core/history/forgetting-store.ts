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
  const { one, all, run, transaction, lifetime, needRoom } = context;
  const log = createEntryLog(context);
  const goneOf = (row: MessageRow): Gone => ({
    roomId: RoomId.parse(row.room_id),
    author: DeviceId.parse(row.author),
    id: MessageId.parse(row.id),
  });
  /** Up to the first entry that is left of each author nothing can be given any more. */
  const raiseFloors = (dropped: readonly MessageRow[]): void => {
    const authors = new Map(dropped.map((row) => [`${row.room_id} ${row.author}`, row]));
    for (const { room_id: roomId, author } of authors.values()) {
      const floor = one<{ seq: number }>(sql.floor, roomId, author)?.seq ?? 0;
      const last = one<{ seq: number | null }>(sql.lastSeq, roomId, author)?.seq ?? 0;
      const kept = one<{ seq: number | null }>(sql.firstKept, roomId, author, floor)?.seq ?? last + 1;
      if (kept - 1 > floor) run(sql.setFloor, roomId, author, kept - 1);
    }
  };

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

    /** Whether anything goes from this history by its time. */
    forgets: (): boolean => one(sql.anythingForgotten) !== undefined,

    /** How long a room's messages are kept on this device, in ms; null: for ever. */
    setKeep: (roomId: RoomId, keepMs: number | null): void => {
      needRoom(roomId);
      run(sql.setKeep, keepMs, roomId);
    },

    /**
     * Drops messages that are older than their room keeps any, the oldest first; `nowMs` is the wall clock. A message is as old
     * as its arrival here and its sending both are. Answers as `expire`.
     */
    forget: (nowMs: number): { gone: Gone[]; erased: number; more: boolean } =>
      transaction(() => {
        const dropped: MessageRow[] = [];
        let more = false;
        for (const { room_id: roomId, keep_ms: keepMs } of all<{ room_id: string; keep_ms: number }>(
          sql.roomsThatForget,
        )) {
          const limit = ERASED_AT_ONCE - dropped.length;
          if (limit <= 0) {
            more = true;
            break;
          }
          const rows = all<MessageRow>(sql.old, { roomId, before: nowMs - keepMs, now: nowMs, limit });
          more ||= rows.length === limit;
          dropped.push(...rows.flatMap(log.drop));
        }
        raiseFloors(dropped);
        const gone = dropped.filter(({ shown }) => shown === 1).map(goneOf);
        return { gone, erased: dropped.length, more };
      }),
  };
}
