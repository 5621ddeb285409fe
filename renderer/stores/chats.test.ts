import type { Bridge } from '@parley/shared/bridge';
import { type HistoryItem, messageKey } from '@parley/shared/model';
import { DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createChats } from './chats.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);
const device = (letter: string) => DeviceId.parse(`${letter.repeat(42)}A`);

const item = (author: string, clock: number, more: Partial<HistoryItem> = {}): HistoryItem => ({
  id: MessageId.parse(`${'m'.repeat(21)}A`),
  roomId,
  author: device(author),
  authorName: author,
  seq: 1,
  clock,
  sentAt: clock,
  text: `from ${author}`,
  sig: `${'s'.repeat(85)}A`,
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
  const chats = createChats(store, bridge, fakeClock());
  return { chats, shown: () => store.getState().chats[roomId] };
}

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
