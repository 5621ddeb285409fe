// @vitest-environment happy-dom
import { accept } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { useCallKeys } from './call-keys.ts';

const mounted = mountEach();

function Listening({ inCall, isShown }: { inCall: boolean; isShown: boolean }) {
  useCallKeys(inCall, isShown);
  return <input aria-label="Message" />;
}

async function listening(inCall = true, isShown = true) {
  const done: string[] = [];
  const { store, actions } = createFakeApp('room', 'light');
  const note = (name: string) => () => void done.push(name);
  await mounted.render(
    <AppProvider
      app={{
        store,
        actions: {
          ...actions,
          toggleMicrophone: note('mute'),
          toggleCamera: note('camera'),
          toggleScreen: note('share'),
          toggleHand: note('hand'),
          leaveCall: note('leave'),
          changeSettings: async () => accept(void done.push('layout')),
          holdToTalk: (on: boolean) => void done.push(on ? 'talk' : 'hush'),
        },
      }}
    >
      <Listening inCall={inCall} isShown={isShown} />
      <button type="button">Elsewhere</button>
    </AppProvider>,
  );
  const press = (key: string, code: string, more: KeyboardEventInit = {}, target: EventTarget = window) =>
    act(async () => void target.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, ...more })));
  const space = (type: 'keydown' | 'keyup', target: EventTarget = window, more: KeyboardEventInit = {}) =>
    act(async () => {
      const event = new KeyboardEvent(type, { key: ' ', code: 'Space', bubbles: true, cancelable: true, ...more });
      target.dispatchEvent(event);
    });
  return { done, press, space };
}

describe('the keys of a call', () => {
  it.each([
    ['US', 'mvshL'],
    ['Russian', 'ьмырД'],
    ['Greek', 'μωσηΛ'],
    ['Hebrew', 'צהדיך'],
    ['Arabic', 'ةرسام'],
    ['Korean', 'ㅡㅍㄴㅗㅣ'],
  ])('work on a %s layout', async (_name, typed) => {
    const { done, press } = await listening();
    const [mute = '', camera = '', share = '', hand = '', leave = ''] = typed;
    await press(mute, 'KeyM');
    await press(camera, 'KeyV');
    await press(share, 'KeyS');
    await press(hand, 'KeyH');
    await press(leave, 'KeyL', { ctrlKey: true, shiftKey: true });
    expect(done).toEqual(['mute', 'camera', 'share', 'hand', 'leave']);
  });

  it('let somebody who is muted talk while Space is held, until it is let go or the window is left (C4)', async () => {
    const { done, space } = await listening();
    await space('keydown');
    await space('keydown', window, { repeat: true });
    await space('keyup');
    expect(done).toEqual(['talk', 'hush']);
    await space('keydown');
    await act(async () => void window.dispatchEvent(new Event('blur')));
    await space('keyup');
    expect(done).toEqual(['talk', 'hush', 'talk', 'hush']);
    await space('keydown', mounted.page.querySelector('input') ?? window);
    expect(done).toHaveLength(4);
  });

  it('change the layout where the call is shown, and nothing of a call that is on another screen', async () => {
    const { done, press } = await listening();
    await press('g', 'KeyG');
    expect(done).toEqual(['layout']);
    const elsewhere = await listening(true, false);
    await elsewhere.press('g', 'KeyG');
    await elsewhere.press('m', 'KeyM');
    expect(elsewhere.done).toEqual(['mute']);
  });

  it('do nothing where somebody types, while a key is held down, with other keys and outside a call', async () => {
    const { done, press } = await listening();
    await press('m', 'KeyM', {}, mounted.page.querySelector('input') ?? window);
    await press('m', 'KeyM', { repeat: true });
    await press('m', 'KeyM', { altKey: true });
    await press('l', 'KeyL', { ctrlKey: true });
    expect(done).toEqual([]);
    const outside = await listening(false);
    await outside.press('m', 'KeyM');
    expect(outside.done).toEqual([]);
  });
});
