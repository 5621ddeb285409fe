// @vitest-environment happy-dom
import { refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { refusedConnection } from '../../signaling/server-connection.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { RoomScreen } from './room-screen.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName) {
  const app = createFakeApp(screen, 'light');
  await mounted.render(
    <AppProvider app={app}>
      <TooltipProvider>
        <RoomScreen />
      </TooltipProvider>
    </AppProvider>,
  );
  return app.store;
}

describe('a room on the screen', () => {
  it('calls its server by the person’s name for it, also at an address of this computer', async () => {
    await shown('room-long-names');
    expect(mounted.page.textContent).toContain('Connected to Test server of the choir');
    expect(mounted.page.textContent).toContain('On the list of Test server of the choir');
    expect(mounted.page.textContent).not.toMatch(/(Connected to|list of) this computer/);
  });

  it('calls the own server this computer', async () => {
    await shown('room-details');
    expect(mounted.page.textContent).toContain('Connected to this computer');
  });

  it('gives the focus to the tab of a panel that is closed', async () => {
    await shown('room-details');
    const close = mounted.page.querySelector<HTMLElement>('button[aria-label="Close side panel"]');
    await act(async () => close?.click());
    expect(document.activeElement?.textContent).toBe('Details');
    expect(mounted.page.querySelector('aside')).toBeNull();
  });

  it('says why it cannot be reached in a place that was there before, so that it is read out', async () => {
    const store = await shown('room');
    const places = [...mounted.page.querySelectorAll('[role=status]')];
    const connection = refusedConnection(refuse('server-unreachable'), Date.now() + 5_000);
    await act(async () => store.setState({ reach: { [design]: reachOf([], { connection }) } }));
    expect(places.filter((place) => mounted.page.contains(place)).map((place) => place.textContent)).toEqual([
      expect.stringContaining('Studio does not answer.'),
    ]);
  });
});
