// @vitest-environment happy-dom
import { isolated } from '@parley/shared/model';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { PrivacySection } from '../settings/sections/privacy.tsx';
import { PeoplePanel } from './people-panel.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName, changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  const [room] = store.getState().rooms;
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      {screen.startsWith('people') && room ? <PeoplePanel room={room} /> : <PrivacySection />}
    </AppProvider>,
  );
  return store;
}
const press = (name: string) =>
  act(async () => {
    const button = [...document.querySelectorAll('button')].filter(({ textContent }) => textContent.trim() === name);
    if (button.length !== 1) throw new Error(`${button.length} buttons ${name}`);
    button[0]?.click();
  });
const text = () => document.body.textContent;

describe('blocking somebody from the members’ list (C11)', () => {
  it('asks first, with what it does and does not do, and blocks only after a yes', async () => {
    const asked: string[] = [];
    await shown('people-block', {
      blockPerson: async (_, name) => {
        asked.push(name);
        return { ok: true, value: null };
      },
    });
    await press('Block Ana Moreira…');
    expect(text()).toContain('Others there still see both of you');
    expect(text()).toContain('They are not told');
    await press('Cancel');
    expect(asked).toEqual([]);
    await press('Block Ana Moreira…');
    await press('Block');
    expect(asked).toEqual(['Ana Moreira']);
    expect(document.querySelector('dialog[open]')).toBeNull();
  });
});

describe('Settings → Privacy (C11)', () => {
  it('lists who is blocked, and unblocks', async () => {
    const store = await shown('settings-blocked');
    expect(text()).toContain('with all 2 computers');
    await press('Unblock Mallory');
    expect(store.getState().blocked.map(({ name }) => name)).toEqual(['Farida']);
    expect(text()).toContain(`${isolated('Mallory')} can reach you again.`);
  });

  it('says how to block where nobody is', async () => {
    await shown('settings-privacy');
    expect(text()).toContain('You have blocked nobody.');
  });

  it('sets who may ring and the quiet hours', async () => {
    const changes: unknown[] = [];
    await shown('settings-blocked', {
      changeSettings: async (change) => {
        changes.push(change);
        return { ok: true, value: null };
      },
    });
    const select = mounted.page.querySelector('select');
    const from = mounted.page.querySelector<HTMLInputElement>('input[type="time"]');
    if (!select || !from) throw new Error('no fields');
    await act(async () => {
      select.value = 'verified';
      select.dispatchEvent(new Event('change', { bubbles: true }));
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(from, '21:30');
      from.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(changes).toEqual([
      { ringing: { from: 'verified' } },
      { ringing: { quietHours: { on: true, from: 1_290, until: 420 } } },
    ]);
  });
});
