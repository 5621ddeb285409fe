// @vitest-environment happy-dom
import { RecordingId } from '@parley/shared/protocol';
import { act } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import type { Notice } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { idOf } from '../../testing/gallery/samples/ids.ts';
import { mountEach } from '../../testing/mounted.ts';
import { Notices } from './notices.tsx';

const mounted = mountEach();
const news: Notice = { id: 1, tone: 'info', text: 'The invite was sent.', code: null, shows: null };
const trouble: Notice = { id: 2, tone: 'trouble', text: 'The disk is full.', code: 'disk-full', shows: null };
const recording: Notice = { ...news, id: 3, text: 'It is kept.', shows: RecordingId.parse(idOf('a recording', 16)) };

async function show(notices: readonly Notice[]) {
  const app = createFakeApp('home', 'light');
  app.store.setState({ notices });
  await mounted.render(
    <AppProvider app={app}>
      <Notices />
    </AppProvider>,
  );
}
const texts = () => [...document.querySelectorAll('section p')].map(({ textContent }) => textContent);
const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));

describe('notices', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leave by themselves where they ask for nothing, and stay where they tell of trouble or offer a button', async () => {
    await show([news, trouble, recording]);
    await pass(9_000);
    expect(texts()).toEqual(['The invite was sent.', 'The disk is full.', 'It is kept.']);
    await pass(1_500);
    expect(texts()).toEqual(['The disk is full.', 'It is kept.']);
    await pass(600_000);
    expect(texts()).toEqual(['The disk is full.', 'It is kept.']);
  });

  it('do not leave under the keyboard, and take their time again afterwards', async () => {
    await show([news]);
    const dismiss = document.querySelector<HTMLButtonElement>('button[aria-label="Dismiss"]');
    await act(async () => dismiss?.focus());
    await pass(60_000);
    expect(texts()).toEqual(['The invite was sent.']);
    await act(async () => dismiss?.blur());
    await pass(11_000);
    expect(texts()).toEqual([]);
  });
});
