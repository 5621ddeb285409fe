import {
  foldText,
  holdsLink,
  matchesIn,
  type SearchKind,
  type SearchOrder,
  type SearchPage,
} from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import type { HistoryContext } from './history-context.ts';
import { HIDDEN, type ItemRow, readRow, type Stored } from './message-rows.ts';
import { planSearch, type SearchPlan } from './search-plan.ts';
import { scoreOf } from './search-score.ts';
import { searchTerms } from './search-terms.ts';
import { sql } from './statements.ts';

/** How many messages one call reads at most, so that a search for rare things does not hold up the others. */
export const LOOKED_AT_MAX = 4_000;
/** How far hits are counted, and among how many of the newest the best are looked for. */
const COUNT_MAX = 1_000;
const READ_AT_ONCE_MAX = 1_000;

export type SearchWish = {
  roomId?: RoomId | undefined;
  author?: DeviceId | undefined;
  /** Only messages with a link, or only files; all of them where the query is empty. */
  kind?: SearchKind | undefined;
  /** In ms: the first time that counts, and the first that no longer does. */
  from?: number | undefined;
  until?: number | undefined;
  order?: SearchOrder | undefined;
  /** Goes on below this message, by `next_before` of the page before. */
  before?: number | undefined;
};

type Candidate = { number: number; room_id: string; author: string; sent_at: number; text: string; shown: number };
type Looked = { numbers: number[]; next: number | null };

/** Search over all rooms. */
export function createSearchStore(context: HistoryContext) {
  const { one, all, people, itemOf } = context;

  /** Reads candidates from the newest down until the page is full, everything was read, or enough for one call was. */
  function look(plan: SearchPlan, before: number, limit: number, isHit: (row: Candidate) => boolean): Looked {
    if (plan.kind === 'nothing') return { numbers: [], next: null };
    const numbers: number[] = [];
    let below = before;
    let atOnce = limit + 1;
    for (let lookedAt = 0; lookedAt < LOOKED_AT_MAX; ) {
      const rows =
        plan.kind === 'all'
          ? all<Candidate>(sql.searchAll, below, atOnce)
          : plan.kind === 'files'
            ? all<Candidate>(sql.searchFiles, below, atOnce)
            : all<Candidate>(sql.searchIndexed, plan.match, below, atOnce);
      for (const row of rows) {
        if (!isHit(row)) continue;
        // One more than asked for shows that there is more.
        if (numbers.length === limit) return { numbers, next: numbers.at(-1) ?? null };
        numbers.push(row.number);
      }
      const last = rows.at(-1);
      if (!last || rows.length < atOnce) return { numbers, next: null };
      below = last.number;
      lookedAt += rows.length;
      atOnce = Math.min(READ_AT_ONCE_MAX, atOnce * 4);
    }
    return { numbers, next: below };
  }

  return {
    /**
     * Newest first: the order in which they were recorded. A page may hold fewer than `limit`, even none, and still have more:
     * then so many messages were read that others get their turn first. The best are looked for in one call, among the newest hits.
     */
    search: (
      query: string,
      { before = Number.MAX_SAFE_INTEGER, order, ...filter }: SearchWish,
      limit: number,
    ): SearchPage => {
      const terms = searchTerms(query);
      const isRanked = order === 'best' && terms.length > 0;
      const plan: SearchPlan =
        terms.length === 0 && filter.kind === undefined ? { kind: 'nothing' } : planSearch(context, terms, filter);
      const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter;
      const scores = new Map<number, number>();
      const texts = terms.map(({ text }) => text);
      const isHit = (row: Candidate): boolean => {
        if (row.shown === HIDDEN) return false;
        if (row.sent_at < from || row.sent_at >= until) return false;
        if (filter.roomId !== undefined && row.room_id !== filter.roomId) return false;
        if (filter.author !== undefined && people.personOf(row.author) !== people.personOf(filter.author)) return false;
        if (filter.kind === 'link' && !holdsLink(row.text)) return false;
        if (filter.kind === 'file' && row.text === '') return false;
        const folded = foldText(row.text);
        const isFound = texts.every((text) => folded.includes(text));
        if (isFound && isRanked) scores.set(row.number, scoreOf(folded, texts));
        return isFound;
      };
      const looked = look(plan, before, isRanked ? COUNT_MAX : limit, isHit);
      const next = isRanked ? null : looked.next;
      const score = (number: number): number => scores.get(number) ?? 0;
      // Sorting keeps the newer of two that are equally good before the other.
      const numbers = isRanked
        ? looked.numbers.sort((left, right) => score(right) - score(left)).slice(0, limit)
        : looked.numbers;
      const items = numbers.flatMap((number) => {
        const found = one<Stored<ItemRow> & { room_name: string | null }>(sql.searchHit, number);
        if (!found) return [];
        const row = readRow<ItemRow>(found);
        return [{ item: itemOf(row), roomName: found.room_name, matches: matchesIn(row.text, texts) }];
      });
      const first = before === Number.MAX_SAFE_INTEGER;
      const counted = (): number | null => {
        if (isRanked) return looked.next === null ? looked.numbers.length : null;
        if (first && next === null) return items.length;
        if (plan.kind !== 'indexed' || !plan.exact) return null;
        return one<{ total: number }>(sql.countIndexed, plan.match, COUNT_MAX)?.total ?? null;
      };
      return {
        items,
        total_count: counted(),
        returned_count: items.length,
        has_more: next !== null,
        next_before: next,
      };
    },
  };
}
