// @vitest-environment happy-dom
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
