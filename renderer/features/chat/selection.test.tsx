// @vitest-environment happy-dom
import { type HistoryItem, messageKey } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { act } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ForwardDialog } from './forward-dialog.tsx';
import { SelectBox } from './select-box.tsx';
import { SelectionBar } from './selection-bar.tsx';

const mounted = mountEach();
// happy-dom has no modal dialogs.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});

async function shown(mine: (item: HistoryItem) => boolean = () => true) {
  const { store, actions } = createFakeApp('room', 'light');
  const [room] = store.getState().rooms;
  const items = room ? (store.getState().chats[room.roomId]?.items.filter(mine).slice(0, 2) ?? []) : [];
  const calls: string[] = [];
  const app: { store: typeof store; actions: Actions } = {
    store,
    actions: {
      ...actions,
      toggleSelected: (item) => void calls.push(`toggle ${messageKey(item)}`),
      deleteSelected: async () => {
        calls.push('delete');
        return { ok: true, value: null };
      },
      forwardTo: async (roomId: RoomId) => {
        calls.push(`forward ${roomId}`);
        return { ok: true, value: null };
      },
    },
  };
  const [first, second] = items;
  if (!room || !first || !second) throw new Error('the gallery has no messages');
  const selection = { roomId: room.roomId, items: [first] };
  store.setState({ selection });
  await mounted.render(
    <AppProvider app={app}>
      <SelectBox item={first} />
      <SelectBox item={second} />
      <SelectionBar selection={{ roomId: room.roomId, items }} />
    </AppProvider>,
  );
  const button = (name: string) =>
    [...mounted.page.querySelectorAll('button')].find((each) => (each.ariaLabel ?? each.textContent) === name);
  const press = (name: string) => act(async () => button(name)?.click());
  return { app, store, items, calls, button, press };
}

describe('choosing messages', () => {
  it('shows a box beside each, and puts the focus on the first', async () => {
    const { items, calls } = await shown();
    const boxes = [...mounted.page.querySelectorAll<HTMLInputElement>('input[type=checkbox]')];
    expect(boxes.map(({ checked }) => checked)).toEqual([true, false]);
    expect(document.activeElement).toBe(boxes[0]);
    await act(async () => boxes[1]?.click());
    expect(calls).toEqual([`toggle ${items[1] && messageKey(items[1])}`]);
  });

  it('copies what is chosen under the names of its authors', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { press, items, store } = await shown();
    await press('Copy');
    expect(written.mock.calls).toEqual([[items.map(({ name, text }) => `${name}:\n${text}`).join('\n\n')]]);
    expect(store.getState().selection).toBeNull();
  });

  it('asks before it deletes, and deletes no words of others', async () => {
    const { press, calls, button } = await shown(({ mine }) => mine);
    await press('Delete');
    expect(calls).toEqual([]);
    const last = [...mounted.page.querySelectorAll('dialog button')].findLast((each) => each.textContent === 'Delete');
    await act(async () => (last as HTMLElement | undefined)?.click());
    expect(calls).toEqual(['delete']);
    expect(button('Delete')?.hasAttribute('disabled')).toBe(false);
  });

  it('offers nothing to delete where all is by others', async () => {
    const { button } = await shown(({ mine }) => !mine);
    expect(button('Delete')?.hasAttribute('disabled')).toBe(true);
  });

  it('ends with Escape', async () => {
    const { store } = await shown();
    await act(
      async () => void document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })),
    );
    expect(store.getState().selection).toBeNull();
  });
});

describe('forwarding', () => {
  it('offers the other rooms and sends to the one that is pressed', async () => {
    const { app, store, items, calls } = await shown();
    await mounted.render(
      <AppProvider app={app}>
        <ForwardDialog items={items} />
      </AppProvider>,
    );
    const rooms = [...mounted.page.querySelectorAll<HTMLElement>('li button')];
    expect(rooms).toHaveLength(store.getState().rooms.length - 1);
    await act(async () => rooms[0]?.click());
    expect(calls).toEqual([`forward ${store.getState().rooms[1]?.roomId}`]);
  });
});
