import type { Bridge } from '@parley/shared/bridge';
import {
  type Cursor,
  comparePlaces,
  type HistoryItem,
  type HistoryPage,
  type MessageRef,
  messageKey,
  type PeerStanding,
} from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { type AppStore, EMPTY_CHAT } from './app-store.ts';
import type { ChatState } from './state.ts';

const PAGE = 50;

/** The loaded part of each room's history. */
export interface Chats {
  /** The newest page, once; what the network brings is merged into it. */
  loadFirst(roomId: RoomId): Promise<void>;
  loadOlder(roomId: RoomId): Promise<void>;
  loadNewest(roomId: RoomId): Promise<void>;
  /** The messages around one. False when it is not there. */
  loadAround(roomId: RoomId, message: MessageRef): Promise<boolean>;
  /** Messages that were not in the history before. */
  add(roomId: RoomId, items: readonly HistoryItem[]): void;
  /** Messages whose delivery went on. */
  update(roomId: RoomId, items: readonly HistoryItem[]): void;
  /** A device is known by this name now, or no longer: its messages say so. */
  named(peer: PeerStanding): void;
  /** Puts the 'new' mark where unread messages begin. */
  markNew(roomId: RoomId): void;
  seen(roomId: RoomId, upTo: MessageRef): void;
  forget(roomId: RoomId): void;
}

export function createChats(store: AppStore, bridge: Bridge): Chats {
  const cursors = new Map<RoomId, Cursor | null>();
  /** Counts loads per room: the answer of an older load is dropped. */
  const loads = new Map<RoomId, number>();
  const firsts = new Map<RoomId, Promise<void>>();

  const of = (roomId: RoomId): ChatState => store.getState().chats[roomId] ?? EMPTY_CHAT;
  const change = (roomId: RoomId, part: Partial<ChatState>) =>
    store.setState(({ chats }) => ({ chats: { ...chats, [roomId]: { ...(chats[roomId] ?? EMPTY_CHAT), ...part } } }));
  const begin = (roomId: RoomId) => {
    const load = (loads.get(roomId) ?? 0) + 1;
    loads.set(roomId, load);
    return () => loads.get(roomId) === load;
  };

  const show = (roomId: RoomId, page: HistoryPage, detached: boolean) => {
    cursors.set(roomId, page.cursor);
    change(roomId, {
      items: page.items,
      total: page.total_count,
      hasOlder: page.has_more,
      loading: 'none',
      failure: null,
      detached,
    });
  };

  async function loadPage(roomId: RoomId): Promise<void> {
    const current = begin(roomId);
    change(roomId, { loading: 'first', failure: null });
    const page = await bridge.call('history.page', { roomId, limit: PAGE });
    if (!current()) return;
    if (!page.ok) return change(roomId, { loading: 'none', failure: page });
    show(roomId, page.value, false);
  }

  return {
    loadFirst(roomId) {
      const first = firsts.get(roomId) ?? loadPage(roomId);
      firsts.set(roomId, first);
      return first;
    },
    async loadOlder(roomId) {
      const before = cursors.get(roomId);
      const chat = of(roomId);
      if (!before || !chat.hasOlder || chat.loading !== 'none') return;
      const current = begin(roomId);
      change(roomId, { loading: 'older', failure: null });
      const page = await bridge.call('history.page', { roomId, before, limit: PAGE });
      if (!current()) return;
      if (!page.ok) return change(roomId, { loading: 'none', failure: page });
      cursors.set(roomId, page.value.cursor);
      change(roomId, {
        items: merge(of(roomId).items, page.value.items),
        total: page.value.total_count,
        hasOlder: page.value.has_more,
        loading: 'none',
      });
    },
    loadNewest: loadPage,
    async loadAround(roomId, { author, id }) {
      const current = begin(roomId);
      change(roomId, { loading: 'first', failure: null });
      const [around, newest] = await Promise.all([
        bridge.call('history.around', { roomId, message: { author, id }, limit: PAGE }),
        bridge.call('history.page', { roomId, limit: 1 }),
      ]);
      if (!current()) return false;
      if (!around.ok) {
        change(roomId, { loading: 'none', failure: around });
        return false;
      }
      const last = newest.ok ? newest.value.items.at(-1) : undefined;
      const hasLast = last === undefined || byKey(around.value.items).has(messageKey(last));
      show(roomId, around.value, !hasLast);
      return true;
    },
    add(roomId, items) {
      const chat = of(roomId);
      const known = byKey(chat.items);
      const fresh = items.filter((item) => !known.has(messageKey(item)));
      const oldest = chat.items[0];
      // A message above the loaded part, or below a part that was jumped to, is shown when it is loaded.
      const shown = chat.detached
        ? []
        : fresh.filter((item) => !chat.hasOlder || oldest === undefined || comparePlaces(oldest, item) < 0);
      change(roomId, { items: merge(chat.items, shown), total: chat.total + fresh.length });
    },
    update(roomId, items) {
      const updated = byKey(items);
      change(roomId, { items: of(roomId).items.map((item) => updated.get(messageKey(item)) ?? item) });
    },
    named({ deviceId, name, standing }) {
      const confirmed = standing !== 'changed';
      const renamed = (item: HistoryItem): HistoryItem =>
        item.author === deviceId && !item.mine
          ? { ...item, name: confirmed ? name : item.authorName, confirmed }
          : item;
      for (const roomId of Object.keys(store.getState().chats) as RoomId[]) {
        const { items } = of(roomId);
        if (items.some(({ author }) => author === deviceId)) change(roomId, { items: items.map(renamed) });
      }
    },
    markNew(roomId) {
      const { items } = of(roomId);
      const first = items.findIndex((item) => !item.mine && item.state === 'delivered');
      const before = items[first - 1];
      change(roomId, { newSince: before ? messageKey(before) : null });
    },
    seen(roomId, upTo) {
      const { items } = of(roomId);
      const key = messageKey(upTo);
      const at = items.findIndex((item) => messageKey(item) === key);
      change(roomId, {
        items: items.map((item, index) =>
          index <= at && !item.mine && item.state === 'delivered' ? { ...item, state: 'read' } : item,
        ),
      });
    },
    forget(roomId) {
      firsts.delete(roomId);
      cursors.delete(roomId);
      begin(roomId);
      store.setState(({ chats }) => {
        const { [roomId]: _forgotten, ...rest } = chats;
        return { chats: rest };
      });
    },
  };
}

const byKey = (items: readonly HistoryItem[]) => new Map(items.map((item) => [messageKey(item), item]));

const merge = (items: readonly HistoryItem[], more: readonly HistoryItem[]): HistoryItem[] =>
  [...byKey([...items, ...more]).values()].sort(comparePlaces);
