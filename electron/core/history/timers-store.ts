import type { TimerChange } from '@parley/shared/model';
import { LIMITS, MessageId, type RoomId } from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { asAuthor, lifetimeOf, type MessageRow } from './message-rows.ts';
import { sql } from './statements.ts';

type TimerRow = Pick<MessageRow, 'author' | 'author_name' | 'clock' | 'sent_at' | 'mine' | 'body'> & {
  id: Uint8Array;
  pinned_name: string | null;
  pinned_changed: number | null;
};

/** The changes of a room's timer. */
export function createTimersStore({ all, people, needRoom }: HistoryContext) {
  return {
    /** The latest changes, at most `limit`, in the order of the room. Throws `room-unknown`. */
    timers: (roomId: RoomId, limit: number = LIMITS.timersMax): TimerChange[] => {
      needRoom(roomId);
      return all<TimerRow>(sql.timers, roomId, limit)
        .map((row) => ({
          ...asAuthor(people.named(row), people.personOf(row.author)),
          id: MessageId.parse(fromBlob(row.id)),
          clock: row.clock,
          sentAt: row.sent_at,
          lifetimeMs: lifetimeOf(row.body),
        }))
        .reverse();
    },
  };
}
