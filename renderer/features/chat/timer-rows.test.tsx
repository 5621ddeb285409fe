// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ChatView } from './chat-view.tsx';
import { TimerRows } from './timer-rows.tsx';

const mounted = mountEach();

const timersOf = () => {
  const { store, actions } = createFakeApp('room-timers', 'light');
  const { timers, rooms } = store.getState();
  const [room] = rooms.filter(({ roomId }) => timers[roomId] !== undefined);
  if (!room) throw new Error('the gallery has no timer');
  return { store, actions, room, timers: timers[room.roomId] ?? [] };
};
const lines = () => [...mounted.page.querySelectorAll('[role=note] > span')].map(({ textContent }) => textContent);

it('says who set the timer and to what, and marks a name that nothing confirms (H4)', async () => {
  const { timers } = timersOf();
  const [theirs, own] = timers;
  if (!theirs || !own) throw new Error('two changes are needed');
  await mounted.render(<TimerRows timers={[theirs, { ...theirs, id: own.id, confirmed: false }, own]} />);
  expect(lines()).toEqual([
    `${theirs.name} set messages to disappear after 7 days`,
    expect.stringMatching(/\(unconfirmed\).* set messages to disappear after 7 days$/),
    'You turned disappearing messages off',
  ]);
});

it('says it in a room without messages too', async () => {
  const { store, actions, room, timers } = timersOf();
  const { chats } = store.getState();
  const chat = chats[room.roomId];
  if (!chat) throw new Error('no conversation');
  store.setState({ chats: { [room.roomId]: { ...chat, items: [] } } });
  await mounted.render(
    <AppProvider app={{ store, actions }}>
      <ChatView room={room} />
    </AppProvider>,
  );
  expect(lines()).toHaveLength(timers.length);
  expect(mounted.page.textContent).toContain('No messages yet');
});
