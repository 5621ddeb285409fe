import type { Bridge } from '@parley/shared/bridge';
import { accept, DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createTimers } from './timers.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);
const author = DeviceId.parse(`${'A'.repeat(42)}A`);
const timer = {
  author,
  authorName: 'Ana',
  name: 'Ana',
  confirmed: true,
  mine: false,
  id: MessageId.parse(`${'m'.repeat(21)}A`),
  clock: 1,
  sentAt: 5,
  lifetimeMs: null,
};

it('shows the changes of the timer as soon as the entries that came are through, and keeps them where they cannot be read', async () => {
  const store = createAppStore();
  const clock = fakeClock();
  const asked: unknown[] = [];
  let isRefused = false;
  const call = async (...question: unknown[]) => {
    asked.push(question);
    return isRefused ? refuse('history-locked') : accept({ timers: [timer] });
  };
  const timers = createTimers(store, { call, on: () => () => {} } as unknown as Bridge, clock);
  for (let batch = 0; batch < 5; batch++) timers.touched(roomId);
  clock.advance(1_000);
  await settled();
  expect(asked).toEqual([['history.timers', { roomId }]]);
  expect(store.getState().timers).toEqual({ [roomId]: [timer] });
  isRefused = true;
  await timers.load(roomId);
  expect(store.getState().timers).toEqual({ [roomId]: [timer] });
  timers.forget(roomId);
  expect(store.getState().timers).toEqual({});
});
