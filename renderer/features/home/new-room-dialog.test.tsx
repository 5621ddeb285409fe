// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { NewRoom } from '../../stores/actions/rooms.ts';
import { AppProvider } from '../../stores/react.tsx';
import type { AppState } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { roomIdOf } from '../../testing/gallery/samples/ids.ts';
import { mountEach } from '../../testing/mounted.ts';
import { NewRoomDialog } from './new-room-dialog.tsx';

const mounted = mountEach();

/** Opens the dialog over the gallery's three servers; answers what was created. */
async function opened(change: (state: AppState) => Partial<AppState>): Promise<NewRoom[]> {
  const created: NewRoom[] = [];
  const { store, actions } = createFakeApp('home', 'light');
  store.setState(change);
  const createdRoom = async (room: NewRoom) => {
    created.push(room);
    return accept(roomIdOf(room.name));
  };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, createRoom: createdRoom } }}>
      <NewRoomDialog onClose={() => {}} />
    </AppProvider>,
  );
  return created;
}
const choose = (host: string) =>
  act(async () => {
    const select = mounted.page.querySelector('select');
    if (!select) throw new Error('no list of servers');
    Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')?.set?.call(select, host);
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
const submit = () => act(async () => mounted.page.querySelector('form')?.requestSubmit());

const studio = 'parley.studio.example';

describe('the new-room dialog', () => {
  it('makes the room on this computer when that is chosen, although new rooms are made elsewhere', async () => {
    const created = await opened(({ settings }) => ({ settings: { ...settings, homeServer: studio } }));
    await choose('127.0.0.1:7420');
    await submit();
    expect(created.map(({ host }) => host)).toEqual(['127.0.0.1:7420']);
  });

  it('takes the only server there is when this computer runs none and none was chosen', async () => {
    const created = await opened(({ servers, settings }) => ({
      servers: servers.filter(({ host }) => host === studio),
      settings: { ...settings, homeServer: null },
    }));
    await submit();
    expect(created.map(({ host }) => host)).toEqual([studio]);
  });
});
