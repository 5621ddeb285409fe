import type { SearchPage } from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { type ItemRow, itemOf } from './message-rows.ts';
import { holdsAll, matchesIn, searchTerms } from './search-terms.ts';
import { sql } from './statements.ts';

/** How many of the newest messages are looked through for terms that are too short for the index. */
const SHORT_TERM_SCAN = 20_000;

/** Search over all rooms. */
export function createSearchStore({ db, one, all }: HistoryContext) {
  db.function('holds_all', { deterministic: true }, (text, short) => (holdsAll(String(text), String(short)) ? 1 : 0));
  return {
    /** Newest first: the order in which they were recorded. */
    search: (
      query: string,
      filter: { roomId?: RoomId | undefined; author?: DeviceId | undefined },
      limit: number,
      offset: number,
    ): SearchPage => {
      const { match, short, terms } = searchTerms(query);
      if (terms.length === 0)
        return { items: [], total_count: 0, returned_count: 0, has_more: false, next_offset: null };
      const args = {
        match,
        roomId: filter.roomId ?? null,
        author: filter.author ?? null,
        short,
        scan: SHORT_TERM_SCAN,
        limit,
        offset,
      };
      const rows = all<ItemRow & { room_name: string | null }>(match === null ? sql.searchShort : sql.searchLong, args);
      const unfiltered = match !== null && short === null && args.roomId === null && args.author === null;
      const total =
        (unfiltered
          ? one<{ total: number }>(sql.countIndexed, match)
          : one<{ total: number }>(match === null ? sql.countShort : sql.countLong, args)
        )?.total ?? 0;
      const hasMore = offset + rows.length < total;
      return {
        items: rows.map((row) => ({ item: itemOf(row), roomName: row.room_name, matches: matchesIn(row.text, terms) })),
        total_count: total,
        returned_count: rows.length,
        has_more: hasMore,
        next_offset: hasMore ? offset + rows.length : null,
      };
    },
  };
}
