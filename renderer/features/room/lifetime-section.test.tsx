// @vitest-environment happy-dom
import type { Room } from '@parley/shared/model';
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { LifetimeSection } from './lifetime-section.tsx';

const DAY = 86_400_000;
const mounted = mountEach();

async function shown(more: Partial<Room> = {}) {
  const { store, actions } = createFakeApp('room', 'light');
  const [room] = store.getState().rooms;
  if (!room) throw new Error('the gallery has no room');
  const calls: unknown[] = [];
  const noted =
    (name: string) =>
    async (_room: unknown, ms: number | null): Promise<ReturnType<typeof accept<null>>> => {
      calls.push([name, ms]);
      return accept(null);
    };
  const app = { store, actions: { ...actions, setTimer: noted('timer'), keepMessages: noted('keep') } };
  await mounted.render(
    <AppProvider app={app}>
      <LifetimeSection room={{ ...room, ...more }} />
    </AppProvider>,
  );
  const choose = (label: string, value: string) =>
    act(async () => {
      const field = mounted.page.querySelector<HTMLSelectElement>(`select[aria-label="${label}"]`);
      if (!field) throw new Error(`no field ${label}`);
      field.value = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  const press = (words: string) =>
    act(async () => {
      const buttons = [...mounted.page.querySelectorAll<HTMLButtonElement>('dialog button')];
      const found = buttons.find(({ textContent }) => textContent === words);
      if (!found) throw new Error(`no button ${words}`);
      found.click();
    });
  return { calls, choose, press, dialog: () => mounted.page.querySelector('dialog') };
}

describe('how long messages of a room stay', () => {
  it('is set for all at once', async () => {
    const { calls, choose } = await shown();
    await choose('Messages disappear', String(DAY));
    await choose('Messages disappear', 'never');
    expect(calls).toEqual([
      ['timer', DAY],
      ['timer', null],
    ]);
  });

  it('asks before a shorter time deletes what is older here', async () => {
    const { calls, choose, press, dialog } = await shown();
    await choose('Keep messages on this computer', String(30 * DAY));
    expect(dialog()?.textContent).toContain('older than 30 days will be deleted');
    await press('Cancel');
    expect([calls, dialog()]).toEqual([[], null]);
    await choose('Keep messages on this computer', String(30 * DAY));
    await press('Delete older messages');
    expect([calls, dialog()]).toEqual([[['keep', 30 * DAY]], null]);
  });

  it('asks nothing for a longer one, which deletes nothing', async () => {
    const { calls, choose, dialog } = await shown({ keepMs: 7 * DAY });
    await choose('Keep messages on this computer', String(90 * DAY));
    await choose('Keep messages on this computer', 'never');
    expect([calls, dialog()]).toEqual([
      [
        ['keep', 90 * DAY],
        ['keep', null],
      ],
      null,
    ]);
  });
});
