// @vitest-environment happy-dom
import { accept, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { mountEach } from '../../testing/mounted.ts';
import { WelcomeScreen } from '../welcome/welcome-screen.tsx';
import { BackupSection } from './backup-section.tsx';

const mounted = mountEach();
const words = 'orbit lemon velvet canyon bridge sunny marble acoustic ladder window otter fabric'.split(' ');

async function shown(screen: ScreenName, changed: Partial<Actions> = {}) {
  const { store, actions } = createFakeApp(screen, 'light');
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, ...changed } }}>
      {screen === 'welcome-restore' ? <WelcomeScreen /> : <BackupSection />}
    </AppProvider>,
  );
  return store;
}
const buttonOf = (name: string) => {
  const found = [...mounted.page.querySelectorAll('button')].filter(({ textContent }) => textContent.trim() === name);
  const button = found.at(-1);
  if (!button) throw new Error(`no button ${name}`);
  return button;
};
const press = (name: string) => act(async () => buttonOf(name).click());
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

describe('Settings → Backup', () => {
  it('shows the words, asks two of them back, and makes no other words meanwhile', async () => {
    let made = 0;
    const store = await shown('settings-backup', {
      newPhrase: async () => {
        made++;
        return accept({ words, asked: [3, 8] });
      },
      confirmPhrase: async ([first, second]) => {
        if (first !== 'canyon' || second !== 'ladder') return refuse('phrase-words-wrong');
        const on = { at: 'on', folder: '/stick', every: 'day', last: null } as const;
        store.setState({ backups: on });
        return accept(on);
      },
    });
    await press('Set up backups…');
    expect([...mounted.page.querySelectorAll('ol li')].map(({ textContent }) => textContent)).toEqual(words);
    // Something else changes while the person writes.
    await act(async () => store.setState({ backups: { at: 'off' } }));
    expect(made).toBe(1);
    await press('I wrote them down');
    expect(said()).not.toContain('velvet');
    await type('Word 4', 'canyon');
    await type('Word 9', 'lather');
    await press('Start backups');
    expect(said()).toContain('These are not the words.');
    await type('Word 9', 'ladder');
    await press('Start backups');
    expect(said()).toContain('/stick');
    expect(said()).toContain('None yet');
  });

  it('tells of the last backup, also of one that failed', async () => {
    const store = await shown('settings-backup-on');
    expect(said()).toContain(', 104.2 MB');
    await act(async () =>
      store.setState({
        backups: {
          at: 'on',
          folder: '/stick',
          every: 'day',
          last: { ok: false, at: Date.now() - 60_000, code: 'disk-full', message: 'The disk is full.' },
        },
      }),
    );
    expect(mounted.page.querySelector('[role=alert]')?.textContent).toContain('The disk is full.');
  });
});

describe('while a backup is made', () => {
  it('offers no new words', async () => {
    const store = await shown('settings-backup-on');
    expect(buttonOf('New words…').disabled).toBe(false);
    await act(async () => store.setState({ work: { at: 'running', kind: 'backup', done: 1, total: 2 } }));
    expect(buttonOf('New words…').disabled).toBe(true);
  });
});

describe('I have a backup', () => {
  it('takes a file and the words, and says what is wrong with them', async () => {
    const asked: string[] = [];
    let cancelled = 0;
    const store = await shown('welcome-restore', {
      restoreBackup: async (phrase) => {
        asked.push(phrase);
        return asked.length === 1 ? refuse('phrase-invalid') : accept({});
      },
      cancelWork: () => cancelled++,
    });
    await press('I have a backup');
    expect(buttonOf('Restore').disabled).toBe(true);
    await press('Choose the backup…');
    expect(said()).toContain('Parley 2026-11-29.parley-backup');
    await type('Your 12 words', 'one two');
    await press('Restore');
    expect(said()).toContain('These are not the 12 words');
    await type('Your 12 words', words.join(' '));
    await press('Restore');
    expect(asked).toEqual(['one two', words.join(' ')]);
    await act(async () => store.setState({ work: { at: 'running', kind: 'restore', done: 1, total: 2 } }));
    expect(said()).toContain('Restoring…');
    // Closing would hide how it ends.
    await act(async () => mounted.page.querySelector<HTMLButtonElement>('button[aria-label=Close]')?.click());
    expect(cancelled).toBe(1);
    expect(said()).toContain('Restoring…');
    await act(async () =>
      store.setState({ work: { at: 'failed', kind: 'restore', code: 'backup-damaged', message: 'It is damaged.' } }),
    );
    expect(said()).toContain('It is damaged.');
    await act(async () => store.setState({ work: { at: 'done', result: { kind: 'restore' } } }));
    expect(said()).toContain('Parley opens…');
  });
});
