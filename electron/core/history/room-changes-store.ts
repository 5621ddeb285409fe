import { comparePlaces, RoomChange } from '@parley/shared/model';
import { LIMITS, MessageId, type RoomId } from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { asAuthor, lifetimeOf, type MessageRow } from './message-rows.ts';
import { sql } from './statements.ts';

type ChangeRow = Pick<MessageRow, 'author' | 'author_name' | 'clock' | 'sent_at' | 'mine' | 'body'> & {
  id: Uint8Array;
  pinned_name: string | null;
  pinned_changed: number | null;
};

/** The changes of a room's timer and of its name. */
export function createRoomChangesStore({ all, people, needRoom }: HistoryContext) {
  const placeIn = (row: ChangeRow) => ({
    ...asAuthor(people.named(row), people.personOf(row.author)),
    id: MessageId.parse(fromBlob(row.id)),
    clock: row.clock,
    sentAt: row.sent_at,
  });
  return {
    /** The latest changes, at most `limit` of each kind, in the order of the room. Throws `room-unknown`. */
    roomChanges: (roomId: RoomId, limit: number = LIMITS.roomChangesMax): RoomChange[] => {
      needRoom(roomId);
      const timers = all<ChangeRow>(sql.timers, roomId, limit).map((row) =>
        RoomChange.parse({ ...placeIn(row), kind: 'timer', lifetimeMs: lifetimeOf(row.body) }),
      );
      // One more, to know which is the first of all.
      const named = all<ChangeRow>(sql.names, roomId, limit + 1);
      const names = named
        .slice(0, limit)
        .map((row, at) =>
          RoomChange.parse({ ...placeIn(row), kind: 'name', roomName: row.body, first: at === named.length - 1 }),
        );
      return [...timers, ...names].sort(comparePlaces);
    },
  };
}
