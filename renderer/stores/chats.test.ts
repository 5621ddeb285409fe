import type { Bridge, BridgeCall } from '@parley/shared/bridge';
import { cursorAt, type HistoryItem, type HistoryPage, type MessageRef, messageKey } from '@parley/shared/model';
import { accept, DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { roomsAt } from '../testing/gallery/samples/rooms.ts';
import { createAppStore } from './app-store.ts';
import { createChats, WINDOW } from './chats.ts';
import type { ChatState } from './state.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);
const device = (letter: string) => DeviceId.parse(`${letter.repeat(42)}A`);

const item = (author: string, clock: number, more: Partial<HistoryItem> = {}): HistoryItem => ({
  id: MessageId.parse(`${'m'.repeat(21)}A`),
  roomId,
  author: device(author),
  authorName: author,
  name: author,
  confirmed: true,
  seq: 1,
  clock,
  sentAt: clock,
  text: `from ${author}`,
  content: { kind: 'text' },
  edited: false,
  deleted: false,
  quote: null,
  reactions: [],
  mine: false,
  state: 'delivered',
  deliveredTo: 0,
  readBy: 0,
  ...more,
});

/** Nothing asks this core for anything. */
const noCore: Bridge = { call: () => Promise.resolve(refuse('unknown-call')), on: () => () => {} };

function openChat(bridge: Bridge = noCore, unread = 0) {
  const store = createAppStore();
  store.setState({
    rooms: roomsAt(0)
      .slice(0, 1)
      .map((room) => ({ ...room, roomId, unread })),
  });
  const chats = createChats(store, bridge);
  return { chats, store, shown: () => store.getState().chats[roomId] };
}

describe('a device that is known by a name from now on', () => {
  const shown = ({ name, confirmed }: Pick<HistoryItem, 'name' | 'confirmed'>) => [name, confirmed];

  it('has it on all its messages that are loaded, and loses it with its standing', () => {
    const { chats, shown: chat } = openChat();
    const claimed = { authorName: 'Ana', name: 'Ana', confirmed: false };
    const id = MessageId.parse(`${'n'.repeat(21)}A`);
    chats.add(roomId, [item('E', 1, claimed), item('A', 2, claimed), item('E', 3, { ...claimed, id })]);
    chats.named({ deviceId: device('E'), name: 'Eve', standing: 'new' });
    expect(chat()?.items.map(shown)).toEqual([
      ['Eve', true],
      ['Ana', false],
      ['Eve', true],
    ]);
    chats.named({ deviceId: device('E'), name: 'Bob', standing: 'changed' });
    expect(chat()?.items.map(shown)).toEqual([
      ['Ana', false],
      ['Ana', false],
      ['Ana', false],
    ]);
  });

  it('has it in the quotes of its messages and in its reactions too', () => {
    const { chats, shown: chat } = openChat();
    const claimed = { authorName: 'Ana', name: 'Ana', confirmed: false, mine: false };
    const by = (letter: string, mine = false) => ({ author: device(letter), ...claimed, mine });
    const id = MessageId.parse(`${'n'.repeat(21)}A`);
    chats.add(roomId, [
      item('B', 1, { quote: { ...by('E'), id, text: 'Hello' } }),
      item('C', 2, { reactions: [{ emoji: '👍', mine: false, people: [by('B'), by('E')] }] }),
    ]);
    const names = () => {
      const [quoting, reacted] = chat()?.items ?? [];
      return [quoting?.quote, ...(reacted?.reactions[0]?.people ?? [])].map((each) => each && shown(each));
    };
    chats.named({ deviceId: device('E'), name: 'Eve', standing: 'verified' });
    expect(names()).toEqual([
      ['Eve', true],
      ['Ana', false],
      ['Eve', true],
    ]);
    chats.named({ deviceId: device('E'), name: 'Bob', standing: 'changed' });
    expect(names()).toEqual([
      ['Ana', false],
      ['Ana', false],
      ['Ana', false],
    ]);
  });

  it('changes nothing on one’s own messages, nor in chats where it wrote nothing', () => {
    const { chats, shown: chat } = openChat();
    chats.add(roomId, [item('M', 1, { mine: true })]);
    const before = chat();
    chats.named({ deviceId: device('E'), name: 'Eve', standing: 'new' });
    expect(chat()).toBe(before);
    chats.named({ deviceId: device('M'), name: 'Eve', standing: 'changed' });
    expect(chat()?.items.map(shown)).toEqual([['M', true]]);
  });
});

describe('two messages with one id', () => {
  const [ana, eve] = [item('A', 1), item('E', 2)];

  it('are both shown', () => {
    const { chats, shown } = openChat();
    chats.add(roomId, [ana]);
    chats.add(roomId, [eve]);
    expect(shown()?.items.map(({ text }) => text)).toEqual(['from A', 'from E']);
    expect(shown()?.total).toBe(2);
  });

  it('go their own ways: what comes of one leaves the other as it is', () => {
    const { chats, shown } = openChat();
    chats.add(roomId, [ana, eve]);
    chats.update(roomId, [{ ...eve, text: 'from E, later' }]);
    expect(shown()?.items.map(({ text }) => text)).toEqual(['from A', 'from E, later']);
    chats.seen(roomId, { from: ana, upTo: ana });
    expect(shown()?.items.map(({ state }) => state)).toEqual(['read', 'delivered']);
  });
});

/** A core that holds as many messages of Ana, and hands out pages of them. `unread` counts the newest. */
function coreWith(count: number, unread = 0) {
  const stored = Array.from({ length: count }, (_, at) => numbered(at + 1));
  const clockOf = (cursor: string) => Number(cursor.split('.')[0]);
  const asked: string[] = [];
  const pageOf = (start: number, end: number): HistoryPage => {
    const items = stored.slice(start, end);
    const [first] = items;
    return {
      items,
      total_count: stored.length,
      returned_count: items.length,
      has_more: start > 0,
      cursor: start > 0 && first ? cursorAt(first) : null,
      has_newer: end < stored.length,
    };
  };
  /** Runs when a page was taken and before it is handed out. */
  let before = () => {};
  const answers: Partial<Record<BridgeCall, (input: PageInput) => unknown>> = {
    'history.page': ({ before: top, after, limit = 50 }) => {
      if (after !== undefined) return pageOf(clockOf(after), Math.min(stored.length, clockOf(after) + limit));
      const end = top === undefined ? stored.length : clockOf(top) - 1;
      return pageOf(Math.max(0, end - limit), end);
    },
    'history.around': ({ message, limit = 50 }) => {
      const at = stored.findIndex(({ id }) => id === message?.id);
      const start = Math.max(0, at - limit / 2);
      return pageOf(start, Math.min(stored.length, start + limit));
    },
    'history.first-since': ({ atMs = 0 }) => ({ message: atMs > count ? null : refTo(atMs) }),
    'history.first-unread': () => ({ message: unread > 0 ? refTo(count - unread + 1) : null }),
  };
  const bridge: Bridge = {
    call: (name: BridgeCall, input: unknown) => {
      asked.push(name);
      const value = answers[name]?.(input as PageInput);
      before();
      return Promise.resolve(value === undefined ? refuse('unknown-call') : accept(value)) as never;
    },
    on: () => () => {},
  };
  return {
    bridge,
    asked,
    beforeAnswer(work: () => void) {
      before = work;
    },
  };
}
type PageInput = { atMs?: number; before?: string; after?: string; limit?: number; message?: MessageRef };
const numbered = (clock: number, more: Partial<HistoryItem> = {}): HistoryItem =>
  item('A', clock, { id: MessageId.parse(`${String(clock).padStart(21, 'm')}A`), state: 'read', ...more });
const refTo = (clock: number): MessageRef => ({ author: device('A'), id: numbered(clock).id });

describe('the window of a long history', () => {
  const clocksOf = (chat: ChatState | undefined) => {
    const clocks = chat?.items.map(({ clock }) => clock) ?? [];
    return [clocks[0], clocks.at(-1)];
  };

  it('holds no more than its size however far the person goes, and has no holes', async () => {
    const core = coreWith(5_000);
    const { chats, shown } = openChat(core.bridge);
    await chats.loadFirst(roomId);
    for (let step = 0; step < 20; step++) await chats.loadOlder(roomId);
    expect(clocksOf(shown())).toEqual([3_951, 3_950 + WINDOW]);
    expect(shown()).toMatchObject({ hasOlder: true, hasNewer: true, total: 5_000 });
    for (let step = 0; step < 40; step++) await chats.loadNewer(roomId);
    expect(clocksOf(shown())).toEqual([5_001 - WINDOW, 5_000]);
    expect(shown()).toMatchObject({ hasOlder: true, hasNewer: false });
    const clocks = shown()?.items.map(({ clock }) => clock);
    expect(clocks).toEqual(Array.from({ length: WINDOW }, (_, at) => 5_001 - WINDOW + at));
  });

  it('lets go of nothing while it is held', async () => {
    const { chats, shown } = openChat(coreWith(5_000).bridge);
    await chats.loadFirst(roomId);
    for (let step = 0; step < 10; step++) await chats.loadOlder(roomId, true);
    expect(clocksOf(shown())).toEqual([4_451, 5_000]);
  });

  it('goes to the start and to the end', async () => {
    const { chats, shown } = openChat(coreWith(5_000).bridge);
    await chats.loadFirst(roomId);
    await chats.loadOldest(roomId);
    expect(clocksOf(shown())).toEqual([1, 50]);
    expect(shown()).toMatchObject({ hasOlder: false, hasNewer: true, goTo: { to: 'start' } });
    await chats.loadNewest(roomId);
    expect(clocksOf(shown())).toEqual([4_951, 5_000]);
    expect(shown()).toMatchObject({ hasOlder: true, hasNewer: false, goTo: { to: 'end' } });
  });

  it('opens at the first message that was not seen, and where the person was when there is such a place', async () => {
    const { chats, shown } = openChat(coreWith(5_000, 300).bridge, 300);
    await chats.open(roomId);
    const first = messageKey(refTo(4_701));
    expect(shown()).toMatchObject({ newFrom: first, goTo: { to: 'message', message: first, align: 'start' } });
    expect(clocksOf(shown())).toEqual([4_676, 4_725]);
    const goTo = shown()?.goTo;
    if (goTo) chats.arrived(roomId, goTo);
    const place = { message: messageKey(refTo(4_690)), offsetPx: 3 };
    chats.setPlace(roomId, place);
    await chats.open(roomId);
    expect(shown()).toMatchObject({ newFrom: first, goTo: null, place });
  });

  it('keeps what the person reads while many messages come in, and follows them at the end', async () => {
    const { chats, shown } = openChat(coreWith(100).bridge);
    const news = Array.from({ length: 500 }, (_, at) => numbered(101 + at));
    await chats.loadFirst(roomId);
    chats.add(roomId, news.slice(0, 300));
    expect(clocksOf(shown())).toEqual([401 - WINDOW, 400]);
    chats.setPlace(roomId, { message: messageKey(refTo(170)), offsetPx: 0 });
    for (const one of news.slice(300)) chats.add(roomId, [one]);
    expect(clocksOf(shown())).toEqual([401 - WINDOW, 400]);
    expect(shown()).toMatchObject({ hasNewer: true, total: 600 });
  });

  it('shows what came in while the last page was on its way', async () => {
    const core = coreWith(60);
    const { chats, shown } = openChat(core.bridge);
    await chats.loadFirst(roomId);
    await chats.loadOldest(roomId);
    core.beforeAnswer(() => chats.add(roomId, [numbered(61)]));
    await chats.loadNewer(roomId);
    expect(clocksOf(shown())).toEqual([1, 61]);
    expect(shown()?.hasNewer).toBe(false);
  });

  it('goes to the first message of a day, and to the end for a day after the last', async () => {
    const { chats, shown } = openChat(coreWith(500).bridge);
    await chats.loadFirst(roomId);
    await chats.goToTime(roomId, 120);
    expect(shown()?.goTo).toEqual({ to: 'message', message: messageKey(refTo(120)), align: 'start' });
    expect(shown()?.items.some(({ clock }) => clock === 120)).toBe(true);
    await chats.goToTime(roomId, 501);
    expect(shown()).toMatchObject({ goTo: { to: 'end' }, hasNewer: false });
  });

  it('counts as seen only those in the range', async () => {
    const { chats, shown } = openChat(coreWith(0).bridge);
    await chats.loadFirst(roomId);
    chats.add(
      roomId,
      [1, 2, 3, 4].map((clock) => numbered(clock, { state: 'delivered' })),
    );
    const read = () => shown()?.items.flatMap(({ clock, state }) => (state === 'read' ? [clock] : []));
    chats.seen(roomId, { from: refTo(2), upTo: refTo(3) });
    expect(read()).toEqual([2, 3]);
    chats.seen(roomId, { from: refTo(9), upTo: refTo(3) });
    expect(read()).toEqual([2, 3]);
    chats.seen(roomId, { from: null, upTo: null });
    expect(read()).toEqual([1, 2, 3, 4]);
  });

  it('marks the first of the messages that come in, and leaves the mark there until they are seen', async () => {
    const { chats, shown } = openChat(coreWith(3).bridge);
    await chats.loadFirst(roomId);
    const came = (clock: number) => numbered(clock, { state: 'delivered' });
    chats.add(roomId, [came(4)]);
    chats.add(roomId, [came(5)]);
    expect(shown()?.newFrom).toBe(messageKey(refTo(4)));
    chats.seen(roomId, { from: null, upTo: refTo(5) });
    chats.add(roomId, [came(6)]);
    expect(shown()?.newFrom).toBe(messageKey(refTo(6)));
  });
});

describe('an answer', () => {
  it('quotes the words as they are now, also after they were edited or deleted, or came late', () => {
    const { chats, shown } = openChat(coreWith(0).bridge);
    const [asked, late] = [numbered(1), numbered(2)];
    const quote = (of: HistoryItem, text: string | null) => ({
      author: of.author,
      id: of.id,
      authorName: of.authorName,
      name: of.name,
      confirmed: true,
      mine: false,
      text,
    });
    chats.add(roomId, [
      asked,
      numbered(3, { quote: quote(asked, asked.text) }),
      numbered(4, { quote: quote(late, null) }),
    ]);
    const quotes = () => shown()?.items.flatMap((item) => (item.quote ? [item.quote.text] : []));
    chats.update(roomId, [{ ...asked, text: 'Other words', edited: true }]);
    chats.add(roomId, [late]);
    expect(quotes()).toEqual(['Other words', late.text]);
    chats.update(roomId, [{ ...asked, text: '', deleted: true }]);
    expect(quotes()).toEqual(['', late.text]);
  });
});

describe('messages whose time is over', () => {
  const refs = (...items: HistoryItem[]) => items.map(({ author, id }) => ({ author, id }));

  it('leave the room, the answers to them, the search and the field', () => {
    const { chats, shown, store } = openChat();
    const first = item('A', 1);
    const answer = item('B', 2, {
      quote: {
        ...(refs(first)[0] as MessageRef),
        authorName: 'A',
        name: 'A',
        confirmed: true,
        mine: false,
        text: 'from A',
      },
    });
    chats.add(roomId, [first, answer]);
    store.setState((state) => ({
      composing: { [roomId]: { kind: 'reply', of: first } },
      search: { ...state.search, hits: [{ item: first, roomName: null, matches: [] }] },
    }));
    chats.remove(roomId, refs(first));
    expect(shown()).toMatchObject({ items: [{ text: 'from B', quote: { text: null } }], total: 1 });
    expect(store.getState()).toMatchObject({ composing: {}, search: { hits: [] } });
  });

  it('do not come back with a page that was asked for before', async () => {
    const [gone, stays] = [item('A', 1), item('B', 2)];
    let give: (page: HistoryPage) => void = () => {};
    const page = new Promise<HistoryPage>((resolve) => {
      give = resolve;
    });
    const bridge: Bridge = { ...noCore, call: (async () => accept(await page)) as Bridge['call'] };
    const { chats, shown } = openChat(bridge);
    const loaded = chats.loadFirst(roomId);
    chats.remove(roomId, refs(gone));
    give({
      items: [gone, stays],
      total_count: 2,
      returned_count: 2,
      has_more: false,
      cursor: null,
      has_newer: false,
    });
    await loaded;
    expect(shown()?.items.map(({ text }) => text)).toEqual(['from B']);
  });
});
