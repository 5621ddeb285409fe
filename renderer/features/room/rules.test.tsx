// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { IncomingCall } from '../ring/incoming-call.tsx';
import { RoomScreen } from './room-screen.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName) {
  const { store, actions } = createFakeApp(screen, 'light');
  const done: string[] = [];
  const note =
    (name: string) =>
    async (...args: unknown[]) => {
      done.push([name, ...args.slice(1).filter((arg) => typeof arg !== 'object')].join(' '));
      return { ok: true as const, value: null };
    };
  const changed: Partial<Actions> = {
    lockRoom: note('lock'),
    letIn: note('let in'),
    letBack: note('let back'),
    setModerator: (_, __, name, on) => note('moderator')('', name, on),
    removePerson: (_, __, name, lock) => note('remove')('', name, lock),
    stopAsking: async () => void done.push('stop asking'),
    askAgain: async () => void done.push('ask again'),
  };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <TooltipProvider>
        <RoomScreen />
        <IncomingCall />
      </TooltipProvider>
    </AppProvider>,
  );
  return done;
}
const press = (name: string) =>
  act(async () => {
    const found = [...document.querySelectorAll('button')].filter(
      (button) => (button.getAttribute('aria-label') ?? button.textContent.trim()) === name,
    );
    if (found.length !== 1) throw new Error(`${found.length} buttons ${name}`);
    found[0]?.click();
  });
const text = () => document.body.textContent;

describe('the screens of a room’s rules (C9)', () => {
  it('lock and open a room, and let somebody back in', async () => {
    const done = await shown('room-locked');
    await press('Lock room');
    await press('Let back in: Emre Yıldız');
    expect(done[0]).toBe('lock false');
    expect(done[1]).toContain('let back');
    expect(text()).toContain('Somebody you have not met');
  });

  it('tell a member of the lock, and offer nothing to change', async () => {
    await shown('room-locked-member');
    expect(text()).toContain('its owner or a moderator decides');
    expect(document.querySelector('[aria-label="Lock room"]')).toBeNull();
  });

  it('show who knocks, how far their device is known, and let them in', async () => {
    const done = await shown('room-knock');
    const [card] = document.querySelectorAll('[aria-label="Somebody at the door"]');
    expect(card?.textContent).toContain('Farida is at the door of Design circle');
    expect(card?.textContent).toContain('Verified');
    await press('Let in Farida');
    expect(done).toEqual(['let in']);
  });

  it('ask before somebody is removed, say what stays, and lock the room unless that is not wanted', async () => {
    const done = await shown('room-remove');
    await press('Remove Ana Moreira…');
    expect(text()).toContain('Messages and files that they already have stay with them.');
    await press('Remove and lock the room');
    await press('Remove Ana Moreira…');
    await press('Lock the room as well');
    await press('Remove');
    expect(done).toEqual(['remove Ana Moreira true', 'remove Ana Moreira false']);
  });

  it('make and unmake moderators', async () => {
    const done = await shown('room-moderation');
    expect(text()).toContain('moderator');
    await press('No longer moderator: Ana Moreira');
    await press('Make moderator: Benedikt');
    expect(done).toEqual(['moderator Ana Moreira false', 'moderator Benedikt true']);
  });

  it('say to somebody outside that the owner was asked, with no field to write into a void', async () => {
    const done = await shown('room-outside');
    expect(text()).toContain('This room is locked. Its owner was asked to let you in.');
    expect(document.querySelector('textarea')).toBeNull();
    expect(text()).not.toContain('Start call');
    await press('Stop asking');
    expect(done).toEqual(['stop asking']);
  });

  it('say to the removed that they were, with what they can do', async () => {
    const done = await shown('room-removed');
    expect(text()).toContain('You were removed from this room by its owner.');
    await press('Try again');
    expect(done).toEqual(['ask again']);
    await press('Delete room');
    expect(document.querySelector('dialog')?.textContent).toContain('Delete');
  });
});
