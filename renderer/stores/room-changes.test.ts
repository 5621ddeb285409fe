import type { Bridge } from '@parley/shared/bridge';
import { accept, DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createRoomChanges } from './room-changes.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);
const author = DeviceId.parse(`${'A'.repeat(42)}A`);
const change = {
  author,
  authorName: 'Ana',
  name: 'Ana',
  confirmed: true,
  mine: false,
  id: MessageId.parse(`${'m'.repeat(21)}A`),
  clock: 1,
  sentAt: 5,
  kind: 'timer',
  lifetimeMs: null,
};

it('shows the changes of a room as soon as the entries that came are through, and keeps them where they cannot be read', async () => {
  const store = createAppStore();
  const clock = fakeClock();
  const asked: unknown[] = [];
  let isRefused = false;
  const call = async (...question: unknown[]) => {
    asked.push(question);
    return isRefused ? refuse('history-locked') : accept({ changes: [change] });
  };
  const changes = createRoomChanges(store, { call, on: () => () => {} } as unknown as Bridge, clock);
  for (let batch = 0; batch < 5; batch++) changes.touched(roomId);
  clock.advance(1_000);
  await settled();
  expect(asked).toEqual([['history.room-changes', { roomId }]]);
  expect(store.getState().roomChanges).toEqual({ [roomId]: [change] });
  isRefused = true;
  await changes.load(roomId);
  expect(store.getState().roomChanges).toEqual({ [roomId]: [change] });
  changes.forget(roomId);
  expect(store.getState().roomChanges).toEqual({});
});
