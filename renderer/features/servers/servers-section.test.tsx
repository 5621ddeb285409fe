// @vitest-environment happy-dom
import { accept, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { foundCheck, serverOf } from '../../testing/gallery/samples/servers.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { ServersSection } from './servers-section.tsx';

const mounted = mountEach();

async function shown(screen: ScreenName, changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      <ServersSection />
    </AppProvider>,
  );
  return store;
}
const press = (name: string) =>
  act(async () => {
    const button = [...mounted.page.querySelectorAll('button')]
      .filter(({ textContent }) => textContent.trim() === name)
      .at(-1);
    if (!button) throw new Error(`no button ${name}`);
    button.click();
  });
const type = (label: string, text: string) =>
  act(async () => {
    const found = [...mounted.page.querySelectorAll('label')].find(({ textContent }) => textContent === label);
    const field = mounted.page.querySelector<HTMLInputElement | HTMLTextAreaElement>(
      `#${CSS.escape(found?.htmlFor ?? '')}`,
    );
    if (!field) throw new Error(`no field ${label}`);
    const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(proto, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
const said = () => mounted.page.textContent;

describe('Settings → Servers', () => {
  it('adds a server: says its name before anything is asked, what the check found, and asks for the password', async () => {
    const asked: string[] = [];
    const store = await shown('servers', {
      readServer: async () => accept({ host: 'talk.example', hasToken: false, known: false }),
      checkServer: async (text) => {
        asked.push(text);
        return accept({ host: 'talk.example', check: foundCheck({ access: 'password', roundTripMs: 17.2 }) });
      },
      addServer: async ({ password, name }) => {
        if (password !== 'right') return refuse('access-refused');
        const server = serverOf('talk.example', { name });
        store.setState(({ servers }) => ({ servers: [...servers, server] }));
        return accept(server);
      },
    });
    await press('Add a server');
    await type('Address, link or invitation', 'Hello, our server is https://talk.example');
    expect(said()).toContain('This names the server talk.example.');
    expect(asked).toEqual([]);
    await press('Check server');
    expect(said()).toMatch(/talk\.example answers.*Answers in 17 ms.*Needs a password.*Offers a relay/);
    await type('Password of the server', 'wrong');
    await press('Add server');
    expect(said()).toContain('The server did not accept this password.');
    await type('Password of the server', 'right');
    await type('Your name for it', 'Talk');
    await press('Add server');
    expect(mounted.page.querySelector('dialog')).toBeNull();
    expect(mounted.page.querySelector('[aria-label="Servers"]')?.textContent).toContain('Talk');
  });

  it('says that a server takes personal invitations only, and adds nothing', async () => {
    await shown('servers', {
      readServer: async () => accept({ host: 'talk.example', hasToken: false, known: false }),
      checkServer: async () => accept({ host: 'talk.example', check: foundCheck({ access: 'token' }) }),
      addServer: async () => {
        throw new Error('added');
      },
    });
    await press('Add a server');
    await type('Address, link or invitation', 'talk.example');
    await press('Check server');
    expect(said()).toContain('Ask the person who runs it for one and paste it above');
    expect([...mounted.page.querySelectorAll('button')].map(({ textContent }) => textContent)).not.toContain(
      'Add server',
    );
  });

  it('says that a right was taken back, and takes a new invitation in place', async () => {
    const given: unknown[] = [];
    await shown('servers-trouble', {
      authorizeServer: async (host, right) => {
        given.push([host, right]);
        return refuse('access-refused', { message: 'This invitation was used already.' });
      },
    });
    expect(said()).toContain('took your invitation back');
    await type('New invitation to this server', 'parley://server/…');
    await press('Use this invitation');
    expect(given).toEqual([['parley.studio.example', { text: 'parley://server/…' }]]);
    expect(said()).toContain('This invitation was used already.');
  });

  it('says what the removal means for the rooms before it removes', async () => {
    const removed: string[] = [];
    await shown('servers', {
      removeServer: async (host) => {
        removed.push(host);
        return accept(null);
      },
    });
    await act(async () => {
      const card = mounted.page.querySelector('li[aria-label="Studio"]');
      [...(card?.querySelectorAll('button') ?? [])].find(({ textContent }) => textContent === 'Remove')?.click();
    });
    expect(said()).toContain('4 rooms use it. They keep their messages on this computer');
    expect(removed).toEqual([]);
    await act(async () => {
      const dialog = mounted.page.querySelector('dialog');
      [...(dialog?.querySelectorAll('button') ?? [])].find(({ textContent }) => textContent === 'Remove')?.click();
    });
    expect(removed).toEqual(['parley.studio.example']);
  });

  it('reads out what a check found, and keeps the focus on the button meanwhile', async () => {
    await shown('servers');
    const check = mounted.page.querySelector<HTMLButtonElement>('button[aria-label="Check Studio"]');
    check?.focus();
    await act(async () => check?.click());
    const card = mounted.page.querySelector('li[aria-label="Studio"]');
    expect([...(card?.querySelectorAll('[role=status]') ?? [])].map(({ textContent }) => textContent)).toContain(
      'Checked. Answers in 24 ms',
    );
    expect(document.activeElement).toBe(check);
  });

  it('gives the focus to the card when a new invitation was taken and its form is gone', async () => {
    const store = await shown('servers-trouble', {
      authorizeServer: async (host) => {
        store.setState(({ servers }) => ({
          servers: servers.map((one) =>
            one.host === host ? { ...one, right: { at: 'held', kind: 'token', endsAt: null } } : one,
          ),
        }));
        return accept(null);
      },
    });
    await type('New invitation to this server', 'parley://server/…');
    await press('Use this invitation');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Check Studio');
  });
});
