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
import type { Refusal, RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import { type AppStore, EMPTY_CHAT } from './app-store.ts';
import type { ChatState } from './state.ts';

const PAGE = 50;
const DRAFT_AFTER_MS = 500;

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
  /** The draft at the moment when the app was last closed. */
  restoreDraft(roomId: RoomId, draft: string): void;
  setDraft(roomId: RoomId, draft: string): void;
  setSendRefusal(roomId: RoomId, refusal: Refusal | null): void;
  forget(roomId: RoomId): void;
  /** Writes drafts that wait and stops timers. */
  close(): Promise<void>;
}

export function createChats(store: AppStore, bridge: Bridge, clock: Clock): Chats {
  const cursors = new Map<RoomId, Cursor | null>();
  /** Counts loads per room: the answer of an older load is dropped. */
  const loads = new Map<RoomId, number>();
  const firsts = new Map<RoomId, Promise<void>>();
  const drafts = new Map<RoomId, { text: string; undo: () => void }>();

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

  const writeDraft = async (roomId: RoomId): Promise<void> => {
    const waiting = drafts.get(roomId);
    if (!waiting) return;
    waiting.undo();
    drafts.delete(roomId);
    // A draft that could not be kept is no trouble worth a notice: it is still on the screen.
    await bridge.call('rooms.draft', { roomId, draft: waiting.text });
  };

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
    restoreDraft: (roomId, draft) => change(roomId, { draft }),
    setDraft(roomId, text) {
      change(roomId, { draft: text });
      drafts.get(roomId)?.undo();
      drafts.set(roomId, { text, undo: clock.after(DRAFT_AFTER_MS, () => void writeDraft(roomId)) });
    },
    setSendRefusal: (roomId, sendRefusal) => change(roomId, { sendRefusal }),
    forget(roomId) {
      drafts.get(roomId)?.undo();
      drafts.delete(roomId);
      firsts.delete(roomId);
      cursors.delete(roomId);
      begin(roomId);
      store.setState(({ chats }) => {
        const { [roomId]: _forgotten, ...rest } = chats;
        return { chats: rest };
      });
    },
    async close() {
      await Promise.all([...drafts.keys()].map(writeDraft));
    },
  };
}

const byKey = (items: readonly HistoryItem[]) => new Map(items.map((item) => [messageKey(item), item]));

const merge = (items: readonly HistoryItem[], more: readonly HistoryItem[]): HistoryItem[] =>
  [...byKey([...items, ...more]).values()].sort(comparePlaces);
