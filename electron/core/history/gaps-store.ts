import { comparePlaces, type HistoryGap } from '@parley/shared/model';
import { DeviceId, LIMITS, MessageId, type RoomId } from '@parley/shared/protocol';
import { fromBlob } from './blobs.ts';
import type { HistoryContext } from './history-context.ts';
import { authorOf, type ItemRow } from './message-rows.ts';
import { LAST_AUTHOR, type Span } from './spans.ts';
import { sql } from './statements.ts';

type Neighbour = Pick<ItemRow, 'id' | 'author' | 'clock' | 'author_name' | 'mine' | 'pinned_name' | 'pinned_changed'>;
type StoredNeighbour = Omit<Neighbour, 'id'> & { id: Uint8Array };
type SpanRow = Pick<Span, 'first' | 'last'> & { author: string };

/** The gaps in a room's history: entries that must exist, because later ones of their authors are here. */
export function createGapsStore({ all, people, needRoom }: HistoryContext) {
  const placeOf = ({ clock, author, id }: Neighbour): HistoryGap['place'] => ({
    clock,
    author: DeviceId.parse(author),
    id: MessageId.parse(id),
  });
  /** The entries of one seq, in the order of the room. */
  const entriesAt = (roomId: RoomId, author: string, seq: number): Neighbour[] =>
    all<StoredNeighbour>(sql.entriesAt, roomId, author, seq)
      .map((row) => people.named({ ...row, id: fromBlob(row.id) }))
      .sort((left, right) => comparePlaces(placeOf(left), placeOf(right)));

  const gapBefore = (roomId: RoomId, { author, first }: SpanRow, before: SpanRow | undefined): HistoryGap[] => {
    const last = before?.last ?? 0;
    if (first <= last + 1) return [];
    const neighbour = before ? entriesAt(roomId, author, last).at(-1) : entriesAt(roomId, author, first)[0];
    if (!neighbour) return [];
    return [
      {
        author: DeviceId.parse(author),
        ...authorOf(neighbour),
        mine: neighbour.mine === 1,
        first: last + 1,
        last: first - 1,
        place: placeOf(neighbour),
        side: before ? 'after' : 'before',
      },
    ];
  };

  return {
    /** The gaps of every author, in the order of the room; the latest `LIMITS.gapsMax`. Throws `room-unknown`. */
    gaps: (roomId: RoomId): HistoryGap[] => {
      needRoom(roomId);
      const spans = all<SpanRow>(sql.spans, roomId, '', LAST_AUTHOR);
      return spans
        .flatMap((span, index) => {
          const before = spans[index - 1];
          return gapBefore(roomId, span, before?.author === span.author ? before : undefined);
        })
        .sort((left, right) => comparePlaces(left.place, right.place))
        .slice(-LIMITS.gapsMax);
    },
  };
}
