import type { MessageRef } from '@parley/shared/model';
import { DeviceId, MessageId, RoomId } from '@parley/shared/protocol';
import { createEntryLog } from './entry-log.ts';
import type { HistoryContext } from './history-context.ts';
import type { MessageRow } from './message-rows.ts';
import { createSpans } from './spans.ts';
import { sql } from './statements.ts';

/** A message that is not here any more. */
export type Gone = MessageRef & { roomId: RoomId };

/** A step of erasing: the messages that went, how many entries were erased, and whether there is more. */
export type Erased = { gone: Gone[]; erased: number; more: boolean };
const NOTHING: Erased = { gone: [], erased: 0, more: false };

/** So many entries are erased in one step: other calls have their turn after it. */
export const ERASED_AT_ONCE = 50;

/** Erases what is to be erased after a time. */
export function createForgettingStore(context: HistoryContext) {
  const { one, all, messages, entryRow, authors, run, transaction, lifetime, needRoom } = context;
  const log = createEntryLog(context, createSpans(context));
  const goneOf = (row: MessageRow): Gone => ({
    roomId: RoomId.parse(row.room_id),
    author: DeviceId.parse(row.author),
    id: MessageId.parse(row.id),
  });
  /** Raises each author's floor to just below the first of their entries that is left. */
  const raiseFloors = (dropped: readonly MessageRow[]): void => {
    const touched = new Map(dropped.map((row) => [`${row.room_id} ${row.author}`, row]));
    for (const { room_id: roomId, author } of touched.values()) {
      const number = authors.of(roomId, author);
      const floor = one<{ seq: number }>(sql.floor, number)?.seq ?? 0;
      const last = one<{ seq: number | null }>(sql.lastSeq, roomId, author)?.seq ?? 0;
      const kept = one<{ seq: number | null }>(sql.firstKept, number, floor)?.seq ?? last + 1;
      if (kept - 1 > floor) run(sql.setFloor, number, kept - 1);
    }
  };

  return {
    /**
     * Erases entries whose time is over, the longest over first. Answers the messages that went with them, how many entries were
     * erased, and whether there is more.
     */
    expire: (): Erased => {
      // Looked for without a transaction: that would wait for other programs, and for the disk, every few seconds.
      if (one(sql.due, lifetime(), 1) === undefined) return NOTHING;
      return transaction(() => {
        const rows = messages(sql.due, lifetime(), ERASED_AT_ONCE);
        const gone = rows.flatMap((row) => {
          // An earlier one of these may have taken it along.
          const still = entryRow(goneOf(row));
          return still ? log.expire(still).map(goneOf) : [];
        });
        return { gone, erased: rows.length, more: rows.length === ERASED_AT_ONCE };
      });
    },

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
    forget: (nowMs: number): Erased => {
      const rooms = all<{ room_id: string; keep_ms: number }>(sql.roomsThatForget);
      const oldOf = (room: { room_id: string; keep_ms: number }, limit: number): MessageRow[] =>
        messages(sql.old, { roomId: room.room_id, before: nowMs - room.keep_ms, now: nowMs, limit });
      if (!rooms.some((room) => oldOf(room, 1).length > 0)) return NOTHING;
      return transaction(() => {
        const dropped: MessageRow[] = [];
        let more = false;
        for (const room of rooms) {
          const limit = ERASED_AT_ONCE - dropped.length;
          if (limit <= 0) {
            more = true;
            break;
          }
          const rows = oldOf(room, limit);
          more ||= rows.length === limit;
          dropped.push(...rows.flatMap(log.drop));
        }
        raiseFloors(dropped);
        const gone = dropped.filter(({ shown }) => shown === 1).map(goneOf);
        return { gone, erased: dropped.length, more };
      });
    },
  };
}
