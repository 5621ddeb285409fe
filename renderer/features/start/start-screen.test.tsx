// @vitest-environment happy-dom
import { act } from 'react';
import { expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { Starting } from './start-screen.tsx';

const mounted = mountEach();

it('says how far the history was brought to this version, and no number that is not known (H1)', async () => {
  const { store, actions } = createFakeApp('starting', 'light');
  await mounted.render(
    <AppProvider app={{ store, actions }}>
      <Starting />
    </AppProvider>,
  );
  expect(mounted.page.textContent).toContain('Opening your conversations…');
  expect(mounted.page.querySelector('progress')).toBeNull();
  const shown = async (done: number, total: number) => {
    await act(async () => store.setState({ start: { at: 'starting', preparing: { done, total } } }));
    const bar = mounted.page.querySelector('progress');
    return [mounted.page.querySelector('p')?.textContent, bar?.getAttribute('value'), bar?.getAttribute('max')];
  };
  const sentence = 'Preparing your history for this version';
  expect(await shown(0, 0)).toEqual([`${sentence}…`, null, null]);
  expect(await shown(1, 3)).toEqual([`${sentence}: 33 %`, '1', '3']);
  // The last message is there, and its indexes are still to be made.
  expect(await shown(3, 3)).toEqual([`${sentence}: almost done`, null, null]);
  // Each step is not read out.
  expect(mounted.page.querySelector('[role=status]')?.textContent).toBe(sentence);
});
