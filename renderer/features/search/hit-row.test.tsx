// @vitest-environment happy-dom
import { act } from 'react';
import { expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { SearchDialog } from './search-dialog.tsx';

const mounted = mountEach();

it('shows files by their names, with size and icon, and counts them as files (H3)', async () => {
  const { store, actions } = createFakeApp('search-files', 'light');
  const jumps: unknown[] = [];
  const jumpTo = (...to: unknown[]) => void jumps.push(to);
  await mounted.render(
    <AppProvider app={{ store, actions: { ...actions, jumpTo } }}>
      <SearchDialog />
    </AppProvider>,
  );
  const options = [...document.querySelectorAll<HTMLElement>('[role=option]')];
  expect(options.map(({ textContent }) => textContent).slice(0, 2)).toEqual([
    expect.stringMatching(/^File: Agenda\.pdf12\.4.MB · Ana Moreira in Design circle · /),
    expect.stringMatching(/^File: setup\.exe2\.1.MB · /),
  ]);
  // A program looks other than a document.
  expect(options[1]?.querySelector('svg')?.innerHTML).not.toBe(options[0]?.querySelector('svg')?.innerHTML);
  expect(document.querySelector('[role=status]')?.textContent).toBe('6 files');
  options[1]?.click();
  const { item } = store.getState().search.hits[1] ?? {};
  expect(jumps).toEqual([[item?.roomId, item]]);
});

it('says among what the best were looked for, and never that nothing is there where older messages were not read (H3)', async () => {
  const { store, actions } = createFakeApp('search', 'light');
  await mounted.render(
    <AppProvider app={{ store, actions }}>
      <SearchDialog />
    </AppProvider>,
  );
  const said = async (part: object) => {
    await act(async () =>
      store.setState(({ search }) => ({ search: { ...search, at: 'done', order: 'best', ...part } })),
    );
    return document.querySelector('[role=status]')?.textContent;
  };
  const { hits } = store.getState().search;
  expect(await said({ total: 40 })).toBe(`The ${hits.length} best of 40 messages`);
  expect(await said({ total: null })).toBe(`${hits.length} messages, the best among the newest`);
  const nothing = { query: 'zzz', hits: [] };
  expect(await said({ ...nothing, total: null })).toMatch(/^Nothing was found among the newest messages\./);
  expect(await said({ ...nothing, total: 0 })).toBe('Nothing was found.');
});
