// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { design } from '../../testing/gallery/samples/rooms.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { InviteDialog } from './invite-dialog.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName) {
  const copied: string[] = [];
  const { store, actions } = createFakeApp(screen, 'light');
  const room = store.getState().rooms.find(({ roomId }) => roomId === design);
  if (!room) throw new Error('no room');
  const copyText = async (text: string) => {
    copied.push(text);
    return accept(null);
  };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, copyText } }}>
      <InviteDialog room={room} onClose={() => undefined} />
    </AppProvider>,
  );
  return copied;
}
const networkChoice = () => document.querySelector<HTMLSelectElement>('select[aria-label="Network of the invite"]');
const copyLink = () =>
  act(async () => {
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Copy link');
    button?.click();
  });

describe('inviting people', () => {
  it('names the likeliest of several networks, or the one that the person chooses', async () => {
    const copied = await shown('invite-networks');
    const choice = networkChoice();
    if (!choice) throw new Error('there is nothing to choose');
    expect([...choice.options].map(({ text }) => text)).toEqual([
      'Wi-Fi: 192.168.4.20:7420',
      'Ethernet: 10.0.0.5:7420',
    ]);
    await copyLink();
    await act(async () => {
      choice.value = '10.0.0.5:7420';
      choice.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await copyLink();
    expect(copied.map((text) => text.split('#')[0])).toEqual([
      'parley://join/192.168.4.20:7420',
      'parley://join/10.0.0.5:7420',
    ]);
  });

  it('shows the code and leads back to the button that showed it', async () => {
    await shown('invite');
    const press = (name: string) =>
      act(async () =>
        [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click(),
      );
    await press('Show QR code');
    expect(document.activeElement?.textContent).toBe('Other ways');
    await press('Other ways');
    expect(document.activeElement?.textContent).toBe('Show QR code');
  });

  it('asks for no network where there is only one', async () => {
    await shown('invite-network');
    expect(networkChoice()).toBeNull();
  });
});
