import type { HistoryItem, MessageRef, SeenRange } from '@parley/shared/model';
import { DeviceId, type Head, MessageId, ParleyError, type RoomId } from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import { runsOf } from './catch-up-store.ts';
import type { HistoryContext } from './history-context.ts';
import { STATE_NUMBERS } from './message-rows.ts';
import { printText } from './prints.ts';
import { createSpans, LAST_AUTHOR } from './spans.ts';
import { sql } from './statements.ts';

/** How many of one's newest messages are looked through for receipts that were lost. */
const HEAD_SCAN = 500;

/** How far one's own messages came with each device, and what the person has seen of others'. */
export function createReceiptsStore(context: HistoryContext) {
  const { one, all, run, transaction, authors, now, own, people, needRoom, rowOf, ownRow, itemOf } = context;
  const { printOf } = createSpans(context);

  /** Inside a transaction. */
  const marked = (roomId: RoomId, by: DeviceId, reached: number, ids: readonly MessageId[]): HistoryItem[] => {
    const changed: HistoryItem[] = [];
    // A message that is on another computer of its own author has reached nobody.
    if (people.isOwn(by)) return changed;
    const device = ids.length > 0 ? authors.of(roomId, by) : 0;
    const others = people.devicesOf(by).flatMap((each) => (each === by ? [] : (authors.find(roomId, each) ?? [])));
    for (const id of ids) {
      const row = ownRow(id);
      if (row?.room_id !== roomId) continue;
      const before = one<{ state: number }>(sql.delivery, row.number, device)?.state ?? 0;
      if (before >= reached) continue;
      run(sql.setDelivery, { message: row.number, device, state: reached, at: now() });
      // A person with several computers has got it, and has read it, once.
      const elsewhere = others.map((each) => one<{ state: number }>(sql.delivery, row.number, each)?.state ?? 0);
      const furthest = Math.max(before, ...elsewhere);
      run(sql.advance, {
        number: row.number,
        state: reached,
        delivered: furthest < 2 && reached >= 2 ? 1 : 0,
        read: furthest < 3 && reached === 3 ? 1 : 0,
      });
      const after = ownRow(id);
      if (after?.shown === 1) changed.push(itemOf(after));
    }
    return changed;
  };

  return {
    /** Another computer of this person was where everything up to this clock was read: it is read here too. Answers how many were not. */
    markSeenUpTo: (roomId: RoomId, clock: number): number =>
      transaction(() => {
        needRoom(roomId);
        const rows = all<{ number: number }>(sql.unreadWithin, roomId, 0, '', clock, LAST_AUTHOR);
        for (const row of rows) run(sql.seen, row.number);
        if (rows.length > 0) run(sql.fewerUnread, rows.length, roomId);
        return rows.length;
      }),

    /** Notes how far one's own messages came with one device. States only advance. */
    mark: (
      roomId: RoomId,
      by: DeviceId,
      state: 'sent' | 'delivered' | 'read',
      ids: readonly MessageId[],
    ): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        return marked(roomId, by, STATE_NUMBERS[state], ids);
      }),

    /**
     * A device holds these runs of messages: one's own among them are delivered to it, where its print says that they are
     * the very same ones.
     */
    markHeads: (roomId: RoomId, by: DeviceId, heads: readonly Head[]): HistoryItem[] =>
      transaction(() => {
        needRoom(roomId);
        const head = heads.find(({ author }) => author === own);
        const held = head ? runsOf(head) : [];
        return held.flatMap((range) => {
          const print = printOf(roomId, range);
          if (print === undefined || printText(print) !== range.print) return [];
          const args = {
            author: authors.find(roomId, own),
            first: range.first,
            last: range.last,
            scan: HEAD_SCAN,
            by: authors.find(roomId, by),
          };
          const ids = all<{ id: Uint8Array }>(sql.undeliveredWithin, args).map(({ id }) =>
            MessageId.parse(fromBlob(id)),
          );
          return marked(roomId, by, STATE_NUMBERS.delivered, ids);
        });
      }),

    /**
     * Others' messages from one to another were seen, both included; null stands for an end of the room. Answers those that were
     * unread. Throws `bad-request` for a message that is not here.
     */
    markSeen: (roomId: RoomId, { from, upTo }: SeenRange) =>
      transaction(() => {
        needRoom(roomId);
        const placeOf = (ref: MessageRef, path: string) => {
          const row = rowOf(ref);
          if (row?.room_id !== roomId) throw new ParleyError('bad-request', { path });
          return row;
        };
        const first = from ? placeOf(from, 'from') : { clock: 0, author: '' };
        const last = upTo ? placeOf(upTo, 'upTo') : { clock: Number.MAX_SAFE_INTEGER, author: '' };
        const rows = all<{ number: number; id: Uint8Array; author: string; met: number }>(
          sql.unreadWithin,
          roomId,
          first.clock,
          first.author,
          last.clock,
          last.author,
        );
        for (const row of rows) run(sql.seen, row.number);
        if (rows.length > 0) run(sql.fewerUnread, rows.length, roomId);
        return rows.map((row) => ({
          author: DeviceId.parse(row.author),
          id: MessageId.parse(fromBlob(row.id)),
          met: row.met === 1,
        }));
      }),
  };
}
