import {
  type ChatMessage,
  type Cursor,
  type HistoryItem,
  type HistoryPage,
  type MessageRef,
  nameOf,
  type Profile,
} from '@parley/shared/model';
import { LIMITS, type MessageId, ParleyError, type RoomId } from '@parley/shared/protocol';
import { chatSignatureBytes } from '@parley/shared/sealing';
import { createVerifier } from '../identity/ed25519.ts';
import type { HistoryContext } from './history-context.ts';
import { cursorOf, type ItemRow, itemOf, readCursor, STATE_NUMBERS } from './message-rows.ts';
import { roomHash } from './room-hash.ts';
import { createSearchIndex } from './search-index.ts';
import { spamRefusal } from './spam.ts';
import { createSpans } from './spans.ts';
import { sql } from './statements.ts';

/**
 * How far one message may be ahead of everything known. Without it one member could set a room's clock to the
 * end of its range and nobody could write there again. A million messages is more than any room lacks at once.
 */
const CLOCK_LEAP_MAX = 1_000_000;

/** A message of one's own as it is written, and what the room's draft is afterwards. */
export type Composed = { id: MessageId; roomId: RoomId; text: string; draft?: string | undefined };

/** Writes one's own messages, records others' and reads pages of both. */
export function createMessagesStore(context: HistoryContext) {
  const { one, all, run, transaction, key, now, own, needRoom, rowOf, ownRow } = context;
  const verify = createVerifier();
  const spans = createSpans(context);
  const searchIndex = createSearchIndex(context);

  const insert = (message: ChatMessage, mine: boolean, state: number): void => {
    const row = { ...message, mine: mine ? 1 : 0, state, recordedAt: now() };
    const inserted = one<{ number: number }>(sql.insertMessage, row);
    if (!inserted) throw new Error('a message got no number');
    searchIndex.add({ ...message, ...inserted });
    run(sql.roomGrew, {
      roomId: message.roomId,
      clock: message.clock,
      at: mine ? message.sentAt : now(),
      unread: mine ? 0 : 1,
    });
    spans.add(message);
  };

  const pageOf = (roomId: RoomId, rows: ItemRow[], hasMore: boolean): HistoryPage => {
    const oldest = rows[0];
    const total = one<{ message_count: number }>(sql.roomCount, roomId)?.message_count ?? 0;
    return {
      items: rows.map(itemOf),
      total_count: total,
      returned_count: rows.length,
      has_more: hasMore,
      cursor: hasMore && oldest ? cursorOf(oldest) : null,
    };
  };

  return {
    /** Stores one's own message with the next seq, clock and a signature. Repeatable on `id`. */
    compose: ({ draft: left = '', ...draft }: Composed, profile: Profile): HistoryItem =>
      transaction(() => {
        const known = ownRow(draft.id);
        if (known) {
          if (known.room_id !== draft.roomId) throw new ParleyError('bad-request', { path: 'id' });
          return itemOf(known);
        }
        needRoom(draft.roomId);
        const refusal = spamRefusal(
          all<{ sent_at: number; text: string }>(sql.recentOwn, draft.roomId, own, LIMITS.spamMessagesMax),
          draft.text,
          now(),
        );
        if (refusal) throw refusal;
        const last = one<{ seq: number | null }>(sql.lastSeq, draft.roomId, own)?.seq ?? 0;
        const top = one<{ top_clock: number }>(sql.topClock, draft.roomId)?.top_clock ?? 0;
        // A room that was deleted and joined again goes on counting: its members know the earlier messages.
        const floor = one<{ seq: number; clock: number }>(sql.ownFloor, roomHash(draft.roomId));
        const unsigned = {
          ...draft,
          author: own,
          authorName: nameOf(profile),
          seq: Math.max(last, floor?.seq ?? 0) + 1,
          clock: Math.max(top, floor?.clock ?? 0) + 1,
          sentAt: now(),
        };
        const message = { ...unsigned, sig: key.sign(chatSignatureBytes(unsigned)) };
        insert(message, true, STATE_NUMBERS.queued);
        run(sql.setDraft, left, draft.roomId);
        const row = ownRow(draft.id);
        if (!row) throw new Error('a composed message is not there');
        return itemOf(row);
      }),

    /** Stores others' messages after checking room, author and signature. Recording twice is recording once. */
    record: (roomId: RoomId, messages: readonly ChatMessage[]) =>
      transaction(() => {
        needRoom(roomId);
        const stored: (MessageRef & { met: boolean })[] = [];
        const fresh: HistoryItem[] = [];
        let refused = 0;
        for (const message of messages) {
          const ref = { author: message.author, id: message.id };
          const met = one(sql.pin, message.author) !== undefined;
          const known = rowOf(ref);
          if (known) {
            if (known.sig === message.sig) stored.push({ ...ref, met });
            else refused++;
            continue;
          }
          const genuine =
            message.roomId === roomId &&
            spans.hasRoomFor(message) &&
            message.clock <= (one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0) + CLOCK_LEAP_MAX &&
            verify(message.author, message.sig, chatSignatureBytes(message));
          if (!genuine) {
            refused++;
            continue;
          }
          const mine = message.author === own;
          insert(message, mine, STATE_NUMBERS.delivered);
          stored.push({ ...ref, met });
          const row = rowOf(ref);
          if (row) fresh.push(itemOf(row));
        }
        return { stored, fresh, refused };
      }),

    /** The messages before a place (or the newest), oldest first. */
    page: (roomId: RoomId, before: Cursor | undefined, limit: number): HistoryPage => {
      needRoom(roomId);
      const place = before === undefined ? { clock: Number.MAX_SAFE_INTEGER, author: '', id: '' } : readCursor(before);
      const rows = all<ItemRow>(sql.pageBefore, roomId, place.clock, place.author, place.id, limit + 1);
      return pageOf(roomId, rows.slice(0, limit).reverse(), rows.length > limit);
    },

    /** Half of `limit` before the message, the rest from it on. */
    around: (roomId: RoomId, message: MessageRef, limit: number): HistoryPage => {
      const middle = rowOf(message);
      if (!middle || middle.room_id !== roomId) throw new ParleyError('bad-request', { path: 'message' });
      const half = Math.floor(limit / 2);
      const place = [middle.clock, middle.author, middle.id];
      const older = all<ItemRow>(sql.pageBefore, roomId, ...place, half + 1);
      const newer = all<ItemRow>(sql.pageFrom, roomId, ...place, limit - half);
      return pageOf(roomId, [...older.slice(0, half).reverse(), ...newer], older.length > half);
    },
  };
}
