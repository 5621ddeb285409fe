import { describe, expect, it } from 'vitest';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { changesInWords } from './announcer.tsx';

const stateOf = (screen: ScreenName) => createFakeApp(screen, 'light').store.getState();
const unreadOf = (state: ReturnType<typeof stateOf>) =>
  new Map<string, number>(state.rooms.map(({ roomId, unread }) => [roomId, unread]));

describe('the announcer', () => {
  const home = stateOf('home');
  const [first] = home.rooms;
  const more = { ...home, rooms: home.rooms.map((room) => (room === first ? { ...room, unread: 1 } : room)) };

  it('names who wrote and where, once', () => {
    expect(changesInWords({ unread: unreadOf(home), inCall: null }, more)).toEqual([
      'New message from You in Design circle',
    ]);
    expect(changesInWords({ unread: unreadOf(more), inCall: null }, more)).toEqual([]);
  });

  it('leaves what waited before the app opened in peace', () => {
    expect(changesInWords({ unread: new Map(), inCall: null }, more)).toEqual([]);
  });

  it('leaves a chat that is on the screen to its own log', () => {
    const open = { ...more, screen: stateOf('room').screen };
    expect(changesInWords({ unread: unreadOf(home), inCall: null }, open)).toEqual([]);
  });
});
