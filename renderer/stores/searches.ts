import type { Bridge } from '@parley/shared/bridge';
import type { Clock } from '@parley/shared/timing';
import { type AppStore, NO_SEARCH } from './app-store.ts';

const PAGE = 30;
const TYPING_PAUSE_MS = 120;

/** Search as one types, over all rooms. */
export interface Searches {
  open(): void;
  close(): void;
  search(query: string): void;
  more(): Promise<void>;
}

export function createSearches(store: AppStore, bridge: Bridge, clock: Clock): Searches {
  let latest = 0;
  let undo = () => {};
  const change = (part: Partial<typeof NO_SEARCH>) =>
    store.setState(({ search }) => ({ search: { ...search, ...part } }));

  async function run(query: string, offset: number): Promise<void> {
    const mine = ++latest;
    const found = await bridge.call('history.search', { query, limit: PAGE, offset });
    if (mine !== latest) return;
    if (!found.ok) return change({ at: 'failed' });
    const { items, total_count, has_more } = found.value;
    const before = offset > 0 ? store.getState().search.hits : [];
    change({ at: 'done', hits: [...before, ...items], total: total_count, hasMore: has_more });
  }

  return {
    open: () => change({ open: true }),
    close() {
      latest += 1;
      undo();
      store.setState({ search: NO_SEARCH });
    },
    search(query) {
      undo();
      latest += 1;
      if (query.trim() === '') return change({ query, at: 'idle', hits: [], total: 0, hasMore: false });
      change({ query, at: 'searching' });
      undo = clock.after(TYPING_PAUSE_MS, () => void run(query.trim().slice(0, 200), 0));
    },
    async more() {
      const { query, hits, hasMore, at } = store.getState().search;
      if (at === 'done' && hasMore) await run(query.trim().slice(0, 200), hits.length);
    },
  };
}
