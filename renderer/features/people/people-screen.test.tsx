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
import { PeopleScreen } from './people-screen.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName, changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <TooltipProvider>
        <PeopleScreen />
        <IncomingCall />
      </TooltipProvider>
    </AppProvider>,
  );
  return store;
}
const nameOf = (button: HTMLButtonElement) => button.getAttribute('aria-label') ?? button.textContent.trim();
const press = (name: string) =>
  act(async () => {
    const found = [...document.querySelectorAll('button')].filter((button) => nameOf(button) === name);
    if (found.length !== 1) throw new Error(`${found.length} buttons ${name}`);
    found[0]?.click();
  });
const row = (name: string) =>
  [...document.querySelectorAll('li')].find(({ textContent }) => textContent.includes(name))?.textContent;
const type = (text: string) =>
  act(async () => {
    const field = document.querySelector('input');
    if (!field) throw new Error('no field');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });

describe('the screen of people (C11)', () => {
  it('tells of each where they are met, whether they are verified and when they were here', async () => {
    await shown('people');
    expect(row('Ana Moreira')).toMatch(/Verified.*Here now · in Design circle/);
    expect(row('Đorđe')).toMatch(/Known device.*Seen .* · in Book club/);
    expect(row('Farida')).toContain('in none of your rooms');
    expect(row('Emre')).toContain('Changed device');
  });

  it('says why nobody is shown where they could not be loaded, and tries again', async () => {
    const tries: string[] = [];
    const store = await shown('people-failed', { openPeople: () => void tries.push('again') });
    expect(document.querySelector('[role="alert"]')?.textContent).toContain(
      'The people whom you met could not be loaded. The disk could not be read.',
    );
    expect(document.querySelector('input')).toBeNull();
    await press('Try again');
    expect(tries).toEqual(['again']);
    await act(async () => store.setState({ met: [], metTrouble: null }));
    expect(document.querySelector('[role="alert"]')).toBeNull();
    expect(document.body.textContent).toContain('Everybody you meet in a room will be here.');
  });

  it('finds somebody by a part of the name, and says where nobody has it', async () => {
    await shown('people');
    await type('font');
    expect([...document.querySelectorAll('li strong')].map(({ textContent }) => textContent)).toEqual([
      'Chiara Fontana',
    ]);
    await type('zebra');
    expect(document.body.textContent).toContain('Nobody of that name was met.');
  });

  it('writes to and calls somebody in the room where they are now', async () => {
    const done: string[] = [];
    await shown('people', {
      openRoom: (_, panel) => void done.push(`room ${panel}`),
      prepareCall: (_, how = 'usual') => void done.push(`${how} call`),
    });
    await press('Write to Ana Moreira in Design circle');
    await press('Voice call with Ana Moreira in Design circle');
    await press('Video call with Ana Moreira in Design circle');
    await press('Compare the safety code with Benedikt');
    expect(done).toEqual(['room chat', 'voice call', 'usual call', 'room people']);
  });

  it('invites only to rooms in which they are not yet, after the person chose one', async () => {
    const invited: string[] = [];
    const store = await shown('people', {
      invitePerson: async ({ name }, roomId) => {
        invited.push(`${name} to ${store.getState().rooms.find((room) => room.roomId === roomId)?.name}`);
        return { ok: true, value: null };
      },
    });
    await press('Invite Ana Moreira…');
    const rooms = [...document.querySelectorAll('dialog option')].map(({ textContent }) => textContent);
    expect(rooms).not.toContain('Design circle');
    expect(rooms[0]).toBe('Family');
    await press('Send invite');
    expect(invited).toEqual(['Ana Moreira to Family']);
  });

  it('says what to do where nobody was met', async () => {
    await shown('people-empty');
    expect(document.body.textContent).toContain('Everybody you meet in a room will be here.');
  });
});

describe('an invitation of somebody (C11)', () => {
  it('says who invites to which room, and leads to the lobby only after a press', async () => {
    const store = await shown('invitation');
    const card = document.querySelector('[aria-label="Invitation"]');
    expect(card?.textContent).toContain('Ana Moreira invites you to a room');
    expect(card?.textContent).toContain('Orchard house');
    expect(store.getState().screen.at).toBe('home');
    await press('Look at it');
    expect(store.getState()).toMatchObject({ screen: { at: 'lobby' }, invitations: [] });
  });
});
