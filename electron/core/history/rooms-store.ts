import { mentionsDevice } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { authorOf, KIND_NUMBERS } from './message-rows.ts';
import { roomHash } from './room-hash.ts';
import type { LastMessage, MissedCall, RoomRow } from './room-rows.ts';
import { createSearchIndex } from './search-index.ts';
import { sql } from './statements.ts';
import { noteDeletion } from './traces.ts';

/** Mentions are looked for in so many of a room's unread messages, the newest. */
const MENTIONS_WITHIN = 200;

type ListedRoom = RoomRow & {
  lastMessage: LastMessage | null;
  missedCall: MissedCall | null;
  lifetimeMs: number | null;
  mentions: number;
};

/** Rooms with their secrets, names and drafts. */
export function createRoomsStore(context: HistoryContext) {
  const { db, one, all, items, run, transaction, forgetNumbers, now, own, calls, people, needRoom, timerOf } = context;
  const searchIndex = createSearchIndex(context);
  const mentionsIn = ({ room_id, unread }: RoomRow): number =>
    unread === 0
      ? 0
      : all<{ text: string }>(sql.unreadTexts, room_id, MENTIONS_WITHIN).filter(({ text }) =>
          people.devicesOf(own).some((device) => mentionsDevice(text, device)),
        ).length;
  const lastIn = (roomId: string): LastMessage | null => {
    const [newest] = items(sql.lastMessage, roomId);
    if (!newest) return null;
    const last = people.named(newest);
    const message = { ...authorOf(last), text: last.text, sentAt: last.sent_at, mine: last.mine === 1 };
    if (last.kind !== KIND_NUMBERS.call || last.deleted === 1) return message;
    return { ...message, call: { ...calls.of(last), callId: last.id } };
  };
  const missedIn = (roomId: string): MissedCall | null => {
    const [newest] = items(sql.newestMissed, roomId);
    if (!newest) return null;
    const count = one<{ count: number }>(sql.countMissed, roomId)?.count ?? 1;
    return { callId: newest.id, ...authorOf(people.named(newest)), count };
  };
  return {
    /** All rooms, the one last active first. */
    rooms: (): ListedRoom[] =>
      all<RoomRow>(sql.rooms).map((room) => ({
        ...room,
        lifetimeMs: timerOf(room.room_id),
        mentions: mentionsIn(room),
        missedCall: room.unread === 0 ? null : missedIn(room.room_id),
        lastMessage: lastIn(room.room_id),
      })),

    room: (roomId: RoomId): RoomRow | null => one<RoomRow>(sql.room, roomId) ?? null,

    /** Adds a room, with a name that counts until an entry says one; a room that is there already stays as it is, unless its key is not here: lost with a damaged file, or never in an import. */
    addRoom: (
      room: Omit<RoomRow, 'unread' | 'draft' | 'keep_ms' | 'read_clock' | 'created_at' | 'last_active_at'>,
    ): void => {
      transaction(() => {
        run(sql.insertRoom, { ...room, now: now() });
        run(sql.forgetDeleted, roomHash(room.room_id));
      });
    },

    /** Whether the room was deleted on this computer and not added again. */
    wasDeleted: (roomId: RoomId): boolean => one(sql.wasDeleted, roomHash(roomId)) !== undefined,

    /** The rooms that were made here and whose name no entry says. */
    unsignedNames: (): { roomId: string; name: string }[] => all(sql.unsignedNames),

    /** Notes whether the room is on its server's list. */
    setListed: (roomId: RoomId, listed: boolean): void => {
      needRoom(roomId);
      run(sql.setListed, Number(listed), roomId);
    },

    setDraft: (roomId: RoomId, draft: string): void => {
      needRoom(roomId);
      run(sql.setDraft, draft, roomId);
    },

    /** Stores the secrets of a room that were wrapped anew, on another computer for example. */
    setRoomSecrets: (room: Pick<RoomRow, 'room_id' | 'secret' | 'owner_seed' | 'passphrase'>): void => {
      run(sql.setRoomSecrets, room);
    },

    /** Deletes a room with everything in it, and truncates the log so that nothing of it stays there. */
    deleteRoom: (roomId: RoomId): void => {
      needRoom(roomId);
      transaction(() => {
        const seq = one<{ seq: number | null }>(sql.lastSeq, roomId, own)?.seq;
        const clock = one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock;
        if (seq && clock) run(sql.raiseOwnFloor, { roomHash: roomHash(roomId), seq, clock });
        searchIndex.removeRoom(roomId);
        run(sql.deleteMessages, roomId);
        run(sql.deleteRoom, roomId);
        forgetNumbers();
        run(sql.noteDeleted, roomHash(roomId));
        noteDeletion(db);
      });
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        // The room is gone; a disk that takes nothing keeps its log until `traces.ts` can empty it.
      }
    },
  };
}
