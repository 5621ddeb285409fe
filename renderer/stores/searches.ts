import type { Bridge } from '@parley/shared/bridge';
import type { PeerStanding, SearchOrder } from '@parley/shared/model';
import type { Clock } from '@parley/shared/timing';
import { type AppStore, NO_SEARCH } from './app-store.ts';
import { renamedAs } from './renamed.ts';
import type { SearchFilters } from './state.ts';

const PAGE = 30;
/** The best are one page. */
const BEST = 100;
const TYPING_PAUSE_MS = 120;
const QUERY_MAX = 200;

/** Search as one types, over all rooms or what the filters leave of them. */
export interface Searches {
  open(): void;
  close(): void;
  search(query: string): void;
  /** Changes some filters and searches again. */
  filter(change: Partial<SearchFilters>): void;
  order(order: SearchOrder): void;
  more(): Promise<void>;
  /** A device is known by this name now, or no longer: what was found says so. */
  named(peer: PeerStanding): void;
}

export function createSearches(store: AppStore, bridge: Bridge, clock: Clock): Searches {
  let latest = 0;
  let undo = () => {};
  const change = (part: Partial<typeof NO_SEARCH>) =>
    store.setState(({ search }) => ({ search: { ...search, ...part } }));

  /** Asks until a page is full: the history answers in parts when it has much to read. */
  async function run(more: boolean): Promise<void> {
    const mine = ++latest;
    const { query, filters, order, ...before } = store.getState().search;
    let hits = more ? before.hits : [];
    let { total } = before;
    let next = more ? before.next : null;
    const wanted = hits.length + PAGE;
    // Without a word nothing answers better than the rest.
    const isRanked = order === 'best' && query.trim() !== '';
    if (more) change({ at: 'searching' });
    do {
      const found = await bridge.call('history.search', {
        query: query.trim().slice(0, QUERY_MAX),
        ...(isRanked ? { order, limit: BEST } : { limit: wanted - hits.length }),
        ...(filters.roomId === null ? {} : { roomId: filters.roomId }),
        ...(filters.author === null ? {} : { author: filters.author }),
        ...(filters.kind === null ? {} : { kind: filters.kind }),
        ...(filters.from === null ? {} : { from: filters.from }),
        ...(filters.until === null ? {} : { until: filters.until }),
        ...(next === null ? {} : { before: next }),
      });
      if (mine !== latest) return;
      if (!found.ok) return change({ at: 'failed' });
      hits = [...hits, ...found.value.items];
      if (!more && next === null) total = found.value.total_count;
      next = found.value.next_before;
      if (next === null && !isRanked) total = hits.length;
      change({ hits, total, next, at: next !== null && hits.length < wanted ? 'searching' : 'done' });
    } while (next !== null && hits.length < wanted);
  }

  async function loadPeople(): Promise<void> {
    const { roomId } = store.getState().search.filters;
    const found = await bridge.call('history.authors', { roomId });
    const { open, filters } = store.getState().search;
    if (found.ok && open && filters.roomId === roomId) change({ people: found.value.authors });
  }

  function start(query: string, pauseMs: number): void {
    undo();
    latest += 1;
    if (query.trim() === '' && store.getState().search.filters.kind === null) {
      change({ query, at: 'idle', hits: [], total: 0, next: null });
      return;
    }
    change({ query, at: 'searching' });
    undo = clock.after(pauseMs, () => void run(false));
  }

  return {
    open() {
      change({ open: true });
      void loadPeople();
    },
    close() {
      latest += 1;
      undo();
      store.setState({ search: NO_SEARCH });
    },
    search: (query) => start(query, TYPING_PAUSE_MS),
    filter(part) {
      const { query, filters } = store.getState().search;
      const isOtherRoom = part.roomId !== undefined && part.roomId !== filters.roomId;
      // Not everybody wrote in every room.
      change({ filters: { ...filters, ...part, ...(isOtherRoom && part.roomId !== null ? { author: null } : {}) } });
      if (isOtherRoom) void loadPeople();
      start(query, 0);
    },
    order(order) {
      change({ order });
      start(store.getState().search.query, 0);
    },
    named(peer) {
      const { author, item: renamed } = renamedAs(peer);
      const { open, hits, people } = store.getState().search;
      if (!open) return;
      change({
        hits: hits.map((hit) => ({ ...hit, item: renamed(hit.item) })),
        people: people.map(author),
      });
    },
    async more() {
      const { next, at } = store.getState().search;
      if (at === 'done' && next !== null) await run(true);
    },
  };
}
