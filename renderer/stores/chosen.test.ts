import { messageKey } from '@parley/shared/model';
import { RoomId } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { livelyAt } from '../testing/gallery/samples/chat.ts';
import { createAppStore } from './app-store.ts';
import { renewChosen } from './chosen.ts';

const items = livelyAt(1_800_000_000_000).filter(({ deleted }) => !deleted);
const [first, second, third] = items;
if (!first || !second || !third) throw new Error('the sample has no messages');
const roomId = RoomId.parse(first.roomId);

it('takes words nowhere that were deleted or are gone, and edited ones as they are now', () => {
  const store = createAppStore();
  store.setState({ selection: { roomId, items: [first, second, third] }, forwarding: [second] });
  const edited = { ...first, text: 'other words' };
  renewChosen(store, roomId, (item) => {
    if (messageKey(item) === messageKey(second)) return { ...item, text: '', deleted: true };
    return messageKey(item) === messageKey(third) ? undefined : edited;
  });
  expect([store.getState().selection?.items, store.getState().forwarding]).toEqual([[edited], null]);
});

it('leaves what was chosen in another room', () => {
  const store = createAppStore();
  const selection = { roomId, items: [first] };
  store.setState({ selection });
  renewChosen(store, RoomId.parse(`${roomId.slice(0, -2)}AA`), () => undefined);
  expect(store.getState().selection).toBe(selection);
});
