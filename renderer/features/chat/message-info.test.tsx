// @vitest-environment happy-dom
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { livelyAt } from '../../testing/gallery/samples/chat.ts';
import { mountEach } from '../../testing/mounted.ts';
import { MessageActions } from './message-actions.tsx';

const mounted = mountEach();

describe('info on a message', () => {
  it('lists who read it, whom it reached, and who is still to get it', async () => {
    const own = livelyAt(Date.now()).find(({ mine }) => mine);
    if (!own) throw new Error('no own message');
    await mounted.render(
      <AppProvider app={createFakeApp('room-lively', 'light')}>
        <MessageActions item={own} />
      </AppProvider>,
    );
    await act(async () => mounted.page.querySelector<HTMLElement>('[aria-label="Info"]')?.click());
    const groups = [...document.querySelectorAll('dialog section')].map((group) => [
      group.getAttribute('aria-label'),
      [...group.querySelectorAll('li')].map((person) => person.textContent?.replaceAll(/\s+/g, ' ')),
    ]);
    expect(groups).toEqual([
      ['Read', [expect.stringMatching(/Ana Moreira.*read .*, delivered /)]],
      ['Delivered', [expect.stringMatching(/Benedikt.*delivered /)]],
      ['Not delivered yet', [expect.stringMatching(/Chiara Fontana unconfirmed/)]],
    ]);
  });

  it('is not offered on a message of somebody else', async () => {
    const theirs = livelyAt(Date.now()).find(({ mine }) => !mine);
    if (!theirs) throw new Error('no message of another');
    await mounted.render(
      <AppProvider app={createFakeApp('room-lively', 'light')}>
        <MessageActions item={theirs} />
      </AppProvider>,
    );
    expect(mounted.page.querySelector('[aria-label="Info"]')).toBeNull();
  });
});
