// @vitest-environment happy-dom
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { Composer } from './composer.tsx';

const mounted = mountEach();

async function shown(draft = '', answer: Outcome<unknown> = accept(null)) {
  const { store, actions } = createFakeApp('room', 'light');
  const room = store.getState().rooms[0];
  if (!room) throw new Error('the gallery has no room');
  const sent: string[] = [];
  const drafts: string[] = [];
  const app = {
    store,
    actions: {
      ...actions,
      setDraft: (_: unknown, text: string) => void drafts.push(text),
      sendMessage: async (_: unknown, text: string) => {
        sent.push(text);
        return answer;
      },
    },
  };
  await mounted.render(
    <AppProvider app={app}>
      <Composer room={room} draft={draft} refusal={null} />
    </AppProvider>,
  );
  const field = mounted.page.querySelector('textarea');
  const send = mounted.page.querySelector('button');
  if (!field || !send) throw new Error('the composer lacks its field or button');
  const type = (text: string) =>
    act(async () => {
      // React listens to the prototype's setter; the field's own would hide the change from it.
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  const press = async (key: string, more: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
    await act(async () => void field.dispatchEvent(event));
    return event;
  };
  return { field, send, type, press, sent, drafts };
}

describe('the composer', () => {
  it('sends on Enter and is empty again', async () => {
    const { field, type, press, sent, drafts } = await shown();
    await type('Good morning');
    expect((await press('Enter')).defaultPrevented).toBe(true);
    expect(sent).toEqual(['Good morning']);
    expect(field.value).toBe('');
    expect(drafts).toEqual(['Good morning', '']);
  });

  it('leaves Shift+Enter and a half-composed word to the field', async () => {
    const { type, press, sent } = await shown();
    await type('one');
    expect((await press('Enter', { shiftKey: true })).defaultPrevented).toBe(false);
    expect((await press('Enter', { isComposing: true })).defaultPrevented).toBe(false);
    expect(sent).toEqual([]);
  });

  it('starts with the draft', async () => {
    expect((await shown('half a thou')).field.value).toBe('half a thou');
  });

  it('sends nothing that is blank or too long', async () => {
    const { send, type, press, sent } = await shown();
    for (const text of ['', '  \n ', 'x'.repeat(1_001)]) {
      await type(text);
      expect(send.disabled).toBe(true);
      await press('Enter');
    }
    expect(sent).toEqual([]);
    await type('x'.repeat(1_000));
    expect(send.disabled).toBe(false);
  });

  it('counts down near the end, in characters as people count them', async () => {
    const { type } = await shown();
    const count = () => mounted.page.querySelector('[role="status"]')?.textContent ?? null;
    await type('x'.repeat(799));
    expect(count()).toBeNull();
    await type('🦊'.repeat(990));
    expect(count()).toBe('10');
    await type('x'.repeat(1_003));
    expect(count()).toBe('-3');
  });

  it('gives back what was refused', async () => {
    const { field, type, press } = await shown('', refuse('message-spam'));
    await type('again');
    await press('Enter');
    expect(field.value).toBe('again');
  });
});
