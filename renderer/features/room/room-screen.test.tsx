// @vitest-environment happy-dom
import { refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusedConnection } from '../../signaling/server-connection.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { RoomScreen } from './room-screen.tsx';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let page: HTMLElement;
let root: Root;
beforeEach(() => {
  page = document.body.appendChild(document.createElement('div'));
  root = createRoot(page);
});
afterEach(async () => {
  await act(async () => root.unmount());
  page.remove();
});

async function shown(screen: ScreenName) {
  const app = createFakeApp(screen, 'light');
  await act(async () =>
    root.render(
      <AppProvider app={app}>
        <TooltipProvider>
          <RoomScreen />
        </TooltipProvider>
      </AppProvider>,
    ),
  );
  return app.store;
}

describe('a room on the screen', () => {
  it('calls its server by the person’s name for it, also at an address of this computer', async () => {
    await shown('room-long-names');
    expect(page.textContent).toContain('Connected to Test server of the choir');
    expect(page.textContent).toContain('On the list of Test server of the choir');
    expect(page.textContent).not.toContain('this computer');
  });

  it('calls the own server this computer', async () => {
    await shown('room-details');
    expect(page.textContent).toContain('Connected to this computer');
  });

  it('gives the focus to the tab of a panel that is closed', async () => {
    await shown('room-details');
    const close = page.querySelector<HTMLElement>('button[aria-label="Close side panel"]');
    await act(async () => close?.click());
    expect(document.activeElement?.textContent).toBe('Details');
    expect(page.querySelector('aside')).toBeNull();
  });

  it('says why it cannot be reached in a place that was there before, so that it is read out', async () => {
    const store = await shown('room');
    const places = [...page.querySelectorAll('[role=status]')];
    const connection = refusedConnection(refuse('server-unreachable'), Date.now() + 5_000);
    await act(async () => store.setState({ reach: { [design]: reachOf([], { connection }) } }));
    expect(places.filter((place) => page.contains(place)).map((place) => place.textContent)).toEqual([
      expect.stringContaining('Studio does not answer.'),
    ]);
  });
});
