import type { Bridge } from '@parley/shared/bridge';
import {
  beginningOf,
  comparePlaces,
  cursorAt,
  HISTORY_START,
  type HistoryItem,
  type HistoryPage,
  type MessageKey,
  type MessageRef,
  messageKey,
  type PeerStanding,
  type SearchHit,
  type SeenRange,
} from '@parley/shared/model';
import type { Outcome, RoomId } from '@parley/shared/protocol';
import { type AppStore, EMPTY_CHAT } from './app-store.ts';
import { withRoom } from './by-room.ts';
import { renewChosen } from './chosen.ts';
import { renamedAs } from './renamed.ts';
import type { ChatState, GoTo, ReadingPlace } from './state.ts';

const PAGE = 50;
/** So many messages of a room are loaded at most; those farthest from the reader are let go of. */
export const WINDOW = 240;

/** The loaded part of each room's history: a window that moves with the reader. */
export interface Chats {
  /** The newest page, once; what the network brings is merged into it. */
  loadFirst(roomId: RoomId): Promise<void>;
  /** Loads above the window. It lets go of nothing below where `hold` is set, as while text is selected. */
  loadOlder(roomId: RoomId, hold?: boolean): Promise<void>;
  loadNewer(roomId: RoomId, hold?: boolean): Promise<void>;
  /** Asks for the newest page again: messages are there that were not told of one by one. */
  reload(roomId: RoomId): Promise<void>;
  /** Goes to the end of the room. */
  loadNewest(roomId: RoomId): Promise<void>;
  /** Goes to the start of the room. */
  loadOldest(roomId: RoomId): Promise<void>;
  /** Goes to a message with what stands around it. False when it is not there. */
  loadAround(roomId: RoomId, message: MessageRef, align?: 'start' | 'center'): Promise<boolean>;
  /** Goes to the first message of that time or later, or to the end where all are older. */
  goToTime(roomId: RoomId, atMs: number): Promise<void>;
  /** Marks the first message that was not seen, and goes there unless the room was left in the middle. */
  open(roomId: RoomId): Promise<void>;
  /** Goes to the first message that was not seen, or to the end where there is none. */
  goToUnread(roomId: RoomId): Promise<void>;
  /** Messages that were not in the history before. */
  add(roomId: RoomId, items: readonly HistoryItem[]): void;
  /** Messages whose delivery went on, or that were changed, deleted or reacted to. */
  update(roomId: RoomId, items: readonly HistoryItem[]): void;
  /** Messages that are not here any more: their time is over. */
  remove(roomId: RoomId, gone: readonly MessageRef[]): void;
  /** A device is known by this name now, or no longer: its messages say so. */
  named(peer: PeerStanding): void;
  seen(roomId: RoomId, range: SeenRange): void;
  /** Where the person reads; null at the end. */
  setPlace(roomId: RoomId, place: ReadingPlace | null): void;
  /** The list has gone where it was asked to go. */
  arrived(roomId: RoomId, goTo: GoTo): void;
  forget(roomId: RoomId): void;
}

export function createChats(store: AppStore, bridge: Bridge): Chats {
  /** Counts loads per room: the answer of an older load is dropped. */
  const loads = new Map<RoomId, number>();
  const firsts = new Map<RoomId, Promise<void>>();
  /** What came in while a page was asked for, which may be without it. */
  const arrivals = new Map<RoomId, HistoryItem[]>();
  /** What disappeared while a page was asked for, which may still hold it. */
  const leftMeanwhile = new Map<RoomId, Set<MessageKey>>();

  const of = (roomId: RoomId): ChatState => store.getState().chats[roomId] ?? EMPTY_CHAT;
  const change = (roomId: RoomId, part: Partial<ChatState>) =>
    store.setState(({ chats }) => ({ chats: { ...chats, [roomId]: { ...(chats[roomId] ?? EMPTY_CHAT), ...part } } }));

  /** Asks for a page and shows it, unless another one was asked for meanwhile. */
  async function load(
    roomId: RoomId,
    loading: ChatState['loading'],
    ask: () => Promise<Outcome<HistoryPage>>,
    show: (page: HistoryPage) => Partial<ChatState>,
  ): Promise<boolean> {
    const turn = (loads.get(roomId) ?? 0) + 1;
    loads.set(roomId, turn);
    arrivals.set(roomId, []);
    leftMeanwhile.set(roomId, new Set());
    change(roomId, { loading, failure: null });
    const page = await ask();
    if (loads.get(roomId) !== turn) return false;
    const came = arrivals.get(roomId) ?? [];
    const gone = leftMeanwhile.get(roomId) ?? new Set();
    arrivals.delete(roomId);
    leftMeanwhile.delete(roomId);
    if (!page.ok) {
      change(roomId, { loading: 'none', failure: page });
      return false;
    }
    change(roomId, { total: page.value.total_count, loading: 'none', ...show(page.value) });
    const chat = of(roomId);
    change(roomId, { items: without(merge(chat.items, fitting(chat, came)), gone) });
    return true;
  }

  const replaced = (page: HistoryPage, goTo: GoTo | null): Partial<ChatState> => ({
    items: page.items,
    hasOlder: page.has_more,
    hasNewer: page.has_newer,
    goTo,
  });

  const loadNewest = async (roomId: RoomId, goTo: GoTo | null) => {
    await load(
      roomId,
      'first',
      () => bridge.call('history.page', { roomId, limit: PAGE }),
      (page) => replaced(page, goTo),
    );
  };

  const loadAround: Chats['loadAround'] = (roomId, { author, id }, align = 'center') =>
    load(
      roomId,
      'first',
      () => bridge.call('history.around', { roomId, message: { author, id }, limit: PAGE }),
      (page) => replaced(page, { to: 'message', message: messageKey({ author, id }), align }),
    );

  const goToMessage = async (roomId: RoomId, ref: MessageRef, align: 'start' | 'center'): Promise<boolean> => {
    const message = messageKey(ref);
    if (!of(roomId).items.some((item) => messageKey(item) === message)) return loadAround(roomId, ref, align);
    change(roomId, { goTo: { to: 'message', message, align } });
    return true;
  };

  const firstUnread = async (roomId: RoomId): Promise<MessageRef | null> => {
    const first = await bridge.call('history.first-unread', { roomId });
    return first.ok ? first.value.message : null;
  };

  return {
    loadFirst(roomId) {
      const first = firsts.get(roomId) ?? loadNewest(roomId, null);
      firsts.set(roomId, first);
      return first;
    },
    async loadOlder(roomId, hold = false) {
      const { items, hasOlder, loading } = of(roomId);
      const [first] = items;
      if (!first || !hasOlder || loading !== 'none') return;
      await load(
        roomId,
        'older',
        () => bridge.call('history.page', { roomId, before: cursorAt(first), limit: PAGE }),
        (page) => {
          const chat = of(roomId);
          const all = merge(page.items, chat.items);
          const kept = hold ? all : all.slice(0, WINDOW);
          return { items: kept, hasOlder: page.has_more, hasNewer: chat.hasNewer || kept.length < all.length };
        },
      );
    },
    async loadNewer(roomId, hold = false) {
      const { items, hasNewer, loading } = of(roomId);
      const last = items.at(-1);
      if (!last || !hasNewer || loading !== 'none') return;
      await load(
        roomId,
        'newer',
        () => bridge.call('history.page', { roomId, after: cursorAt(last), limit: PAGE }),
        (page) => {
          const chat = of(roomId);
          const all = merge(chat.items, page.items);
          const kept = hold ? all : all.slice(-WINDOW);
          return { items: kept, hasNewer: page.has_newer, hasOlder: chat.hasOlder || kept.length < all.length };
        },
      );
    },
    reload: (roomId) => loadNewest(roomId, null),
    async loadNewest(roomId) {
      if (of(roomId).hasNewer) await loadNewest(roomId, { to: 'end' });
      else change(roomId, { goTo: { to: 'end' } });
    },
    async loadOldest(roomId) {
      if (!of(roomId).hasOlder) return change(roomId, { goTo: { to: 'start' } });
      await load(
        roomId,
        'first',
        () => bridge.call('history.page', { roomId, after: HISTORY_START, limit: PAGE }),
        (page) => replaced(page, { to: 'start' }),
      );
    },
    loadAround: goToMessage,
    async open(roomId) {
      const room = store.getState().rooms.find((one) => one.roomId === roomId);
      const goesThere = of(roomId).place === null && (room?.unread ?? 0) > 0;
      if (goesThere) change(roomId, { goTo: { to: 'unread' } });
      await this.loadFirst(roomId);
      const first = await firstUnread(roomId);
      change(roomId, { newFrom: first && messageKey(first) });
      if (!goesThere) return;
      const found = first !== null && (await goToMessage(roomId, first, 'start'));
      if (!found) change(roomId, { goTo: { to: 'end' } });
    },
    async goToUnread(roomId) {
      const first = await firstUnread(roomId);
      if (!first) return this.loadNewest(roomId);
      change(roomId, { newFrom: messageKey(first) });
      await goToMessage(roomId, first, 'start');
    },
    async goToTime(roomId, atMs) {
      const found = await bridge.call('history.first-since', { roomId, atMs });
      const message = found.ok ? found.value.message : null;
      if (message) await goToMessage(roomId, message, 'start');
      else await this.loadNewest(roomId);
    },
    add(roomId, items) {
      const chat = of(roomId);
      const known = byKey(chat.items);
      const fresh = items.filter((item) => !known.has(messageKey(item)));
      arrivals.get(roomId)?.push(...fresh);
      const news = byKey(fresh);
      const all = merge(chat.items, fitting(chat, fresh)).map((item) => quoting(item, news));
      const tooMany = all.length > WINDOW;
      // A reader at the end follows; one above it keeps what is in view.
      const kept = tooMany ? (chat.place === null ? all.slice(-WINDOW) : all.slice(0, WINDOW)) : all;
      change(roomId, {
        items: kept,
        total: chat.total + fresh.length,
        hasOlder: chat.hasOlder || (tooMany && chat.place === null),
        hasNewer: chat.hasNewer || (tooMany && chat.place !== null),
        newFrom: markAfter(chat, fresh),
      });
    },
    update(roomId, items) {
      const updated = byKey(items);
      const before = of(roomId).items;
      // What was found by words that are gone is no hit any more.
      const isStale = ({ item }: SearchHit) => {
        const now = updated.get(messageKey(item));
        return now !== undefined && now.text !== item.text;
      };
      const { search } = store.getState();
      if (search.hits.some(isStale)) {
        store.setState({ search: { ...search, hits: search.hits.filter((hit) => !isStale(hit)) } });
      }
      renewChosen(store, roomId, (item) => updated.get(messageKey(item)) ?? item);
      const composing = store.getState().composing[roomId];
      const subject = composing && updated.get(messageKey(composing.of));
      const waiting = arrivals.get(roomId);
      if (waiting)
        arrivals.set(
          roomId,
          waiting.map((item) => quoting(updated.get(messageKey(item)) ?? item, updated)),
        );
      if (composing && subject) {
        const now = subject.deleted ? undefined : { ...composing, of: subject };
        store.setState((state) => ({ composing: withRoom(state.composing, roomId, now) }));
      }
      const after = before.map((item) => quoting(updated.get(messageKey(item)) ?? item, updated));
      if (after.some((item, index) => item !== before[index])) change(roomId, { items: after });
    },
    remove(roomId, gone) {
      const keys = new Set(gone.map(messageKey));
      const isGone = (ref: MessageRef) => keys.has(messageKey(ref));
      renewChosen(store, roomId, (item) => (isGone(item) ? undefined : item));
      const { search, composing } = store.getState();
      if (search.hits.some(({ item }) => isGone(item))) {
        store.setState({ search: { ...search, hits: search.hits.filter(({ item }) => !isGone(item)) } });
      }
      const subject = composing[roomId]?.of;
      if (subject && isGone(subject)) {
        store.setState((state) => ({ composing: withRoom(state.composing, roomId, undefined) }));
      }
      for (const key of keys) leftMeanwhile.get(roomId)?.add(key);
      const chat = store.getState().chats[roomId];
      if (chat) change(roomId, { items: without(chat.items, keys), total: Math.max(0, chat.total - gone.length) });
    },
    named(peer) {
      const { item: renamed } = renamedAs(peer);
      for (const roomId of Object.keys(store.getState().chats) as RoomId[]) {
        const { items } = of(roomId);
        const after = items.map(renamed);
        if (after.some((item, index) => item !== items[index])) change(roomId, { items: after });
      }
    },
    seen(roomId, range) {
      const { items } = of(roomId);
      const seen = new Set(unreadWithin(items, range));
      if (seen.size === 0) return;
      change(roomId, { items: items.map((item) => (seen.has(item) ? { ...item, state: 'read' } : item)) });
    },
    setPlace(roomId, place) {
      const before = of(roomId).place;
      if (before?.message === place?.message && before?.offsetPx === place?.offsetPx) return;
      if (store.getState().chats[roomId]) change(roomId, { place });
    },
    arrived(roomId, goTo) {
      if (of(roomId).goTo === goTo) change(roomId, { goTo: null });
    },
    forget(roomId) {
      firsts.delete(roomId);
      arrivals.delete(roomId);
      leftMeanwhile.delete(roomId);
      loads.set(roomId, (loads.get(roomId) ?? 0) + 1);
      store.setState(({ chats, composing, selection, forwarding }) => ({
        selection: selection?.roomId === roomId ? null : selection,
        forwarding: forwarding?.[0]?.roomId === roomId ? null : forwarding,
        chats: withRoom(chats, roomId, undefined),
        composing: withRoom(composing, roomId, undefined),
      }));
    },
  };
}

/** Those of the loaded messages in a range that were not seen. */
export function unreadWithin(items: readonly HistoryItem[], { from, upTo }: SeenRange): HistoryItem[] {
  const indexOf = (ref: MessageRef) => items.findIndex((item) => messageKey(item) === messageKey(ref));
  const first = from ? indexOf(from) : 0;
  const last = upTo ? indexOf(upTo) : items.length - 1;
  return first < 0 ? [] : items.slice(first, last + 1).filter(isUnread);
}

export const isUnread = (item: HistoryItem): boolean => !item.mine && item.state === 'delivered';

/** The same message, with what it quotes as that is now: an edited or a deleted text leaves the answers to it too. */
function quoting(item: HistoryItem, changed: ReadonlyMap<MessageKey, HistoryItem>): HistoryItem {
  const quoted = item.quote && changed.get(messageKey(item.quote));
  if (!item.quote || !quoted) return item;
  const { authorName, name, confirmed, mine } = quoted;
  const text = beginningOf(quoted.text);
  return text === item.quote.text
    ? item
    : { ...item, quote: { ...item.quote, authorName, name, confirmed, mine, text } };
}

/** The rest of the messages, which quote the others no more. */
function without(items: readonly HistoryItem[], gone: ReadonlySet<MessageKey>): readonly HistoryItem[] {
  if (gone.size === 0) return items;
  return items.flatMap((item) => {
    if (gone.has(messageKey(item))) return [];
    const quotesGone = item.quote !== null && gone.has(messageKey(item.quote));
    return [quotesGone && item.quote ? { ...item, quote: { ...item.quote, text: null } } : item];
  });
}

/** Those of new messages that stand inside the window, or at its end where that is the end of the room. */
function fitting({ items, hasOlder, hasNewer }: ChatState, fresh: readonly HistoryItem[]): readonly HistoryItem[] {
  const first = items[0];
  const last = items.at(-1);
  return fresh.filter(
    (item) =>
      (!hasOlder || first === undefined || comparePlaces(first, item) < 0) &&
      (!hasNewer || last === undefined || comparePlaces(item, last) < 0),
  );
}

/** The mark stays while something behind it is unread; otherwise it comes before the first of the new messages. */
function markAfter({ items, newFrom }: ChatState, fresh: readonly HistoryItem[]): MessageKey | null {
  const first = [...fresh].sort(comparePlaces).find(isUnread);
  return first === undefined || items.some(isUnread) ? newFrom : messageKey(first);
}

const byKey = (items: readonly HistoryItem[]) => new Map(items.map((item) => [messageKey(item), item]));

const merge = (items: readonly HistoryItem[], more: readonly HistoryItem[]): readonly HistoryItem[] =>
  more.length === 0 ? items : [...byKey([...items, ...more]).values()].sort(comparePlaces);
