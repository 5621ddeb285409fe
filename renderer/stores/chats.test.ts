import type { Bridge } from '@parley/shared/bridge';
import { type HistoryItem, messageKey } from '@parley/shared/model';
import { DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { createAppStore } from './app-store.ts';
import { createChats } from './chats.ts';

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

/** Nothing here asks the core for anything. */
const bridge: Bridge = { call: () => Promise.resolve(refuse('unknown-call')), on: () => () => {} };

function openChat() {
  const store = createAppStore();
  const chats = createChats(store, bridge);
  return { chats, shown: () => store.getState().chats[roomId] };
}

describe('a device that is known by a name from now on', () => {
  const shown = ({ name, confirmed }: HistoryItem) => [name, confirmed];

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
    chats.seen(roomId, ana);
    expect(shown()?.items.map(({ state }) => state)).toEqual(['read', 'delivered']);
    chats.markNew(roomId);
    expect(shown()?.newSince).toBe(messageKey(ana));
  });
});
