// @vitest-environment happy-dom
import { MessageId } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ChatView } from './chat-view.tsx';
import { RoomChangeRows } from './room-change-rows.tsx';

const mounted = mountEach();

const changesOf = () => {
  const { store, actions } = createFakeApp('room-changes', 'light');
  const { roomChanges, rooms } = store.getState();
  const [room] = rooms.filter(({ roomId }) => roomChanges[roomId] !== undefined);
  if (!room) throw new Error('the gallery has no change');
  return { store, actions, room, changes: roomChanges[room.roomId] ?? [] };
};
const lines = () => [...mounted.page.querySelectorAll('p > span')].map(({ textContent }) => textContent);

it('says who set the timer and to what, and marks a name that nothing confirms (H4)', async () => {
  const [theirs, own] = changesOf().changes.filter(({ kind }) => kind === 'timer');
  if (!theirs || !own) throw new Error('two changes are needed');
  await mounted.render(<RoomChangeRows changes={[theirs, { ...theirs, id: own.id, confirmed: false }, own]} />);
  expect(lines()).toEqual([
    `${theirs.name} set messages to disappear after 7 days`,
    expect.stringMatching(/\(unconfirmed\).* set messages to disappear after 7 days$/),
    'You turned disappearing messages off',
  ]);
});

it('says who named the room and who renamed it, with names that keep to themselves', async () => {
  const [named] = changesOf().changes.filter(({ kind }) => kind === 'name');
  if (named?.kind !== 'name' || named.mine) throw new Error('a name is needed');
  const idOf = (letter: string) => MessageId.parse(`${letter.repeat(21)}A`);
  await mounted.render(
    <RoomChangeRows
      changes={[
        { ...named, first: true, name: 'Anna', roomName: 'Shed' },
        { ...named, id: idOf('b'), first: false, name: 'Anna', roomName: 'Garden' },
        { ...named, id: idOf('c'), first: false, name: 'דנה', roomName: 'גינה' },
        { ...named, id: idOf('d'), first: false, mine: true, roomName: '<b>Garden</b>' },
      ]}
    />,
  );
  expect(lines()).toEqual([
    'Anna named the room “Shed”',
    'Anna renamed the room to “Garden”',
    '\u2068דנה\u2069 renamed the room to “\u2068גינה\u2069”',
    'You renamed the room to “<b>Garden</b>”',
  ]);
});

it('says it in a room without messages too', async () => {
  const { store, actions, room, changes } = changesOf();
  const { chats } = store.getState();
  const chat = chats[room.roomId];
  if (!chat) throw new Error('no conversation');
  store.setState({ chats: { [room.roomId]: { ...chat, items: [] } } });
  await mounted.render(
    <AppProvider app={{ store, actions }}>
      <ChatView room={room} />
    </AppProvider>,
  );
  expect(lines()).toHaveLength(changes.length);
  expect(mounted.page.textContent).toContain('No messages yet');
});
