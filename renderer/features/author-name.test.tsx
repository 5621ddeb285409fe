// @vitest-environment happy-dom
import { type HistoryItem, messageKey } from '@parley/shared/model';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../stores/react.tsx';
import { createFakeApp } from '../testing/gallery/fake-app.ts';
import type { ScreenName } from '../testing/gallery/screens/index.ts';
import { mountEach } from '../testing/mounted.ts';
import { groupMessages } from './chat/grouping.ts';
import { MessageRow } from './chat/message-row.tsx';
import { HomeScreen } from './home/home-screen.tsx';
import { SearchDialog } from './search/search-dialog.tsx';
import { changesInWords, NOTHING_KNOWN } from './shell/announcer.tsx';

const mounted = mountEach();

/** A gallery whose messages all claim to be Alice's, and are confirmed or not. */
function appOf(screen: ScreenName, confirmed: boolean) {
  const app = createFakeApp(screen, 'light');
  const claim = <T extends { name: string; confirmed: boolean; mine: boolean }>(each: T): T => ({
    ...each,
    name: 'Alice',
    confirmed,
    mine: false,
  });
  const named = (item: HistoryItem): HistoryItem => ({ ...claim(item), authorName: 'Alice' });
  app.store.setState(({ rooms, chats, search }) => ({
    // Nobody is writing: that would stand in the place of the last message.
    reach: {},
    rooms: rooms.map((room) => ({
      ...room,
      lastMessage: room.lastMessage && claim(room.lastMessage),
    })),
    chats: Object.fromEntries(
      Object.entries(chats).map(([roomId, chat]) => [roomId, { ...chat, items: chat.items.map(named) }]),
    ),
    search: { ...search, hits: search.hits.map((hit) => ({ ...hit, item: named(hit.item) })) },
  }));
  return app;
}

async function drawn(app: ReturnType<typeof appOf>, what: ReactNode): Promise<string> {
  await mounted.render(<AppProvider app={app}>{what}</AppProvider>);
  // A dialog stands beside the page.
  return document.body.textContent?.replaceAll(/\s+/g, ' ') ?? '';
}

/** The rows of the first room. A document without a layout has no height, and a list without a height draws none. */
const rowsOf = (app: ReturnType<typeof appOf>): ReactNode => {
  const items = app.store.getState().chats[firstRoom(app).roomId]?.items ?? [];
  return groupMessages(items, { newFrom: null, isStart: true, isEnd: true, gaps: [], changes: [], dayKey: String }).map(
    (row) => (
      <MessageRow {...row} key={row.key} day={null} highlighted={false} hasMeta position={null} total={items.length} />
    ),
  );
};

const firstRoom = (app: ReturnType<typeof appOf>) => {
  const [room] = app.store.getState().rooms;
  if (!room) throw new Error('the gallery has no room');
  return room;
};

describe('a name that only the message itself speaks for', () => {
  it.each([
    [false, 'Alice unconfirmed', 'Alice (unconfirmed), ', '·'],
    [true, 'Alice', 'Alice, ', 'A'],
  ])(
    'is marked in the chat, for eyes and ears, unless it is confirmed: %s',
    async (confirmed, author, label, letter) => {
      const app = appOf('room', confirmed);
      const room = firstRoom(app);
      await drawn(app, rowsOf(app));
      const [item] = app.store.getState().chats[room.roomId]?.items ?? [];
      const message = mounted.page.querySelector(`[data-message="${item ? messageKey(item) : ''}"]`);
      expect(message?.getAttribute('aria-label')?.startsWith(label)).toBe(true);
      const group = message?.parentElement?.parentElement;
      expect(group?.querySelector('p')?.textContent).toBe(author);
      // Nor does the picture show whom the message claims to be from.
      expect(group?.querySelector('[aria-hidden]')?.textContent).toBe(letter);
    },
  );

  it('is marked in the list of rooms', async () => {
    expect(await drawn(appOf('home', false), <HomeScreen />)).toContain('Alice unconfirmed: I bring the samples.');
    expect(await drawn(appOf('home', true), <HomeScreen />)).toContain('Alice: I bring the samples.');
  });

  it('is marked among what was found', async () => {
    expect(await drawn(appOf('search', false), <SearchDialog />)).toContain('Alice unconfirmed in Design circle');
    expect(await drawn(appOf('search', true), <SearchDialog />)).toContain('Alice in Design circle');
  });

  it('is marked in what is announced', () => {
    const words = (confirmed: boolean) => {
      const app = appOf('home', confirmed);
      const state = app.store.getState();
      const unread = new Map<string, number>(state.rooms.map((room) => [room.roomId, room.unread]));
      const rooms = state.rooms.map((room, index) => (index === 0 ? { ...room, unread: 9 } : room));
      return changesInWords({ ...NOTHING_KNOWN, unread }, { ...state, rooms });
    };
    expect(words(false)).toEqual(['New message from Alice (unconfirmed) in Design circle']);
    expect(words(true)).toEqual(['New message from Alice in Design circle']);
  });
});
