// @vitest-environment happy-dom
import { isolated } from '@parley/shared/model';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { deviceIdOf } from '../../testing/gallery/samples/ids.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ChangedIdentity } from './changed-identity.tsx';

const mounted = mountEach();
const chiara = deviceIdOf('Chiara Fontana');

async function shown(screen: ScreenName) {
  const { store, actions } = createFakeApp(screen, 'light');
  const asked: string[] = [];
  const note =
    (what: string): Actions['acceptPerson'] =>
    async (deviceId) => {
      asked.push(`${what} ${deviceId === chiara}`);
      return { ok: true, value: null };
    };
  const changed: Partial<Actions> = { acceptPerson: note('accept'), blockPerson: note('block') };
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <ChangedIdentity />
    </AppProvider>,
  );
  return { store, asked };
}
const press = (name: string) =>
  act(async () => {
    const buttons = [...document.querySelectorAll('button')];
    const named = (button: HTMLButtonElement) => button.getAttribute('aria-label') ?? button.textContent.trim();
    const found = buttons.filter((button) => named(button) === name);
    if (found.length !== 1) throw new Error(`${found.length} buttons ${name}`);
    found[0]?.click();
  });
const title = () => document.querySelector('dialog[open] h2')?.textContent;

describe('somebody who comes under a known name with another key (C9)', () => {
  it('stands before everything else, with the safety code under the first key that is pressed', async () => {
    const { asked } = await shown('identity-changed');
    expect(title()).toBe(`Is this really ${isolated('Chiara Fontana')}?`);
    expect(document.activeElement?.textContent).toBe('Compare safety code');
    await press('Compare safety code');
    expect(title()).toBe('Safety code');
    expect(asked).toEqual([]);
  });

  it('goes on with them, or blocks them after a second question', async () => {
    const { asked } = await shown('identity-changed');
    await press('Continue');
    await press('Block');
    expect(asked).toEqual(['accept true']);
    await press('Block');
    expect(asked).toEqual(['accept true', 'block true']);
  });

  it('decides nothing when it is closed, and does not ask again and again', async () => {
    const { store, asked } = await shown('identity-changed');
    await press('Close');
    expect([title(), asked]).toEqual([undefined, []]);
    await act(async () => store.setState(({ reach }) => ({ reach: { ...reach } })));
    expect(title()).toBeUndefined();
  });

  it('asks nothing where nobody changed', async () => {
    await shown('room-people');
    expect(title()).toBeUndefined();
  });
});
