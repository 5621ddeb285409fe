// @vitest-environment happy-dom
import { mentionOf } from '@parley/shared/model';
import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { deviceIdOf } from '../../testing/gallery/samples/ids.ts';
import { mountEach } from '../../testing/mounted.ts';
import { MessageText } from './message-text.tsx';

const mounted = mountEach();
afterEach(() => vi.restoreAllMocks());

async function shown(text: string) {
  const opened: string[] = [];
  const { store, actions } = createFakeApp('room', 'light');
  const roomId = store.getState().rooms[0]?.roomId;
  if (!roomId) throw new Error('the gallery has no room');
  const app = { store, actions: { ...actions, openLink: (url: string) => void opened.push(url) } };
  await mounted.render(
    <AppProvider app={app}>
      <MessageText text={text} roomId={roomId} />
    </AppProvider>,
  );
  return { page: mounted.page, opened, store, roomId };
}

describe('the text of a message', () => {
  it('is drawn as it is typed where it has no marks', async () => {
    const text = 'Good  morning,\n\n2*3 is <b>six</b> & more';
    expect((await shown(text)).page.innerHTML).toBe('Good  morning,\n\n2*3 is &lt;b&gt;six&lt;/b&gt; &amp; more');
  });

  it('draws its marks as elements', async () => {
    const { page } = await shown('**a** *b* ~~c~~ `d`\n> e\n- f\n1. g');
    const words = (name: string) => [...page.querySelectorAll(name)].map((element) => element.textContent);
    expect(['strong', 'em', 's', 'code', 'blockquote', 'ul > li', 'ol > li'].map(words)).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((word) => [word]),
    );
  });

  it('makes no element of what a message says, and loads nothing', async () => {
    const { page } = await shown(
      '<img src=x onerror=alert(1)>\n\n![x](https://example.org/x.png) [y](javascript:alert(1)) <script>1</script>\n> <iframe>',
    );
    expect(page.querySelectorAll('img, script, iframe, a, [onerror], [src]')).toHaveLength(0);
  });

  it('opens links on a press, and says where a named one goes', async () => {
    const { page, opened } = await shown('[the plan](https://example.org/plan) or https://other.example');
    expect(page.textContent).toBe('the plan (example.org) or https://other.example');
    for (const button of page.querySelectorAll('button')) await act(async () => button.click());
    expect(opened).toEqual(['https://example.org/plan', 'https://other.example/']);
  });

  it('shows mentions by the names of today, one’s own apart from the others', async () => {
    const mention = (who: string, name: string) => mentionOf({ device: deviceIdOf(who), name });
    const { page } = await shown(
      `${mention('Ana Moreira', 'Old name')}, ${mention('You', 'Me')}, ${mention('x', 'Nobody')}`,
    );
    const shownAs = [...page.querySelectorAll('span')].map((span) => [span.textContent, span.hasAttribute('data-own')]);
    expect(shownAs).toEqual([
      ['@Ana Moreira', false],
      ['@Me', true],
      ['@Nobody', false],
    ]);
  });

  it('copies a block of code by its button', async () => {
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { page } = await shown('```sh\nls -l\n\nrm x\n```');
    const button = page.querySelector('button');
    expect(button?.getAttribute('aria-label')).toBe('Copy code');
    await act(async () => button?.click());
    expect([written.mock.calls, button?.getAttribute('aria-label')]).toEqual([[['ls -l\n\nrm x']], 'Copied']);
  });
});
