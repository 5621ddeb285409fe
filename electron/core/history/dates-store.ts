import type { MessageRef } from '@parley/shared/model';
import { DeviceId, MessageId, type RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import type { ItemRow } from './message-rows.ts';
import { sql } from './statements.ts';

/** One author's wrong clock must not mislead the search: so many messages are looked at together, and the middle time counts. */
const NEIGHBOURS = 9;

/** Messages by their time. */
export function createDatesStore({ one, items, needRoom }: HistoryContext) {
  const rowsFrom = (roomId: RoomId, clock: number): ItemRow[] =>
    items(sql.pageFrom, roomId, clock, '', new Uint8Array(), NEIGHBOURS);
  const middleTime = (rows: readonly ItemRow[]): number | undefined =>
    rows.map((row) => row.sent_at).sort((left, right) => left - right)[Math.floor(rows.length / 2)];

  return {
    /**
     * The first message that was sent at `atMs` or later, in the order of the room; null where all are older. That order is the one of the
     * Lamport clocks, along which times rise but for wrong wall clocks: it is halved again and again. Throws `room-unknown`.
     */
    firstSince: (roomId: RoomId, atMs: number): MessageRef | null => {
      needRoom(roomId);
      let low = 0;
      let high = (one<{ top_clock: number }>(sql.topClock, roomId)?.top_clock ?? 0) + 1;
      while (high - low > 1) {
        const middle = low + Math.floor((high - low) / 2);
        const time = middleTime(rowsFrom(roomId, middle));
        if (time === undefined || time >= atMs) high = middle;
        else low = middle;
      }
      const found = rowsFrom(roomId, high).find((row) => row.sent_at >= atMs);
      return found ? { author: DeviceId.parse(found.author), id: MessageId.parse(found.id) } : null;
    },
  };
}
