// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { expect, it } from 'vitest';
import { AppProvider, useApp } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ListingSection } from './listing-section.tsx';

const mounted = mountEach();

function Section() {
  const room = useApp((state) => state.rooms.find(({ roomId }) => roomId === design));
  return room ? <ListingSection room={room} /> : null;
}

it('keeps the focus and says so when a room goes onto the list and off it again', async () => {
  const { store, actions } = createFakeApp('room-details-unlisted', 'light');
  const put = (listed: boolean) => async () => {
    store.setState(({ rooms }) => ({
      rooms: rooms.map((room) => (room.roomId === design ? { ...room, listed } : room)),
    }));
    return accept(null);
  };
  const changed = { ...actions, publishRoom: put(true), withdrawRoom: put(false) };
  await mounted.render(
    <AppProvider app={{ store, actions: changed }}>
      <Section />
    </AppProvider>,
  );
  const said = mounted.page.querySelector('[role=status]');
  const press = (name: string) =>
    act(async () => {
      const button = [...mounted.page.querySelectorAll('button')].findLast(({ textContent }) => textContent === name);
      button?.focus();
      button?.click();
    });
  await press('Put it on the list');
  expect(mounted.page.querySelector('dialog')?.textContent).toContain('On the list of Studio');
  await press('Put it on the list');
  expect(said?.textContent).toContain('is on its server’s list');
  expect(document.activeElement?.textContent).toBe('Take it off the list');
  await press('Take it off the list');
  expect(said?.textContent).toContain('is on no list');
  expect(document.activeElement?.textContent).toBe('Put it on the list');
});
