// @vitest-environment happy-dom
import { accept, LIMITS, type Refusal, refuse } from '@parley/shared/protocol';
import { act } from 'react';
import { describe, expect, it } from 'vitest';
import type { Actions } from '../../stores/actions/actions.ts';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { mountEach } from '../../testing/mounted.ts';
import { loadEmoji } from '../../ui/emoji/emoji-data.ts';
import { Composer } from './composer.tsx';

const mounted = mountEach();

async function editing() {
  const calls = { saved: 0, stopped: 0 };
  const made = await shown('my draft', {
    saveEdit: async () => {
      calls.saved += 1;
      return accept(null);
    },
    stopComposing: () => {
      calls.stopped += 1;
    },
  });
  const item = made.store.getState().chats[made.roomId]?.items.findLast(({ mine }) => mine);
  if (!item) throw new Error('the gallery has no own message');
  await act(async () =>
    made.store.setState({ composing: { [made.roomId]: { kind: 'edit', of: item, text: item.text } } }),
  );
  return { ...made, app: calls, item };
}

async function shown(draft = '', more: Partial<Actions> = {}) {
  let edits = 0;
  const { store, actions } = createFakeApp('room', 'light');
  const roomId = store.getState().rooms[0]?.roomId;
  if (!roomId) throw new Error('the gallery has no room');
  const sent: string[] = [];
  const setDraft = (text: string, refusal: Refusal | null = null) =>
    store.setState(({ drafts }) => ({ drafts: { ...drafts, [roomId]: { text, refusal } } }));
  setDraft(draft);
  const app = {
    store,
    actions: {
      ...actions,
      setDraft: (_: unknown, text: string) => setDraft(text),
      sendMessage: async (_: unknown, text: string) => {
        sent.push(text);
        setDraft('');
        return accept(null);
      },
      startEditLast: () => {
        edits += 1;
        return true;
      },
      ...more,
    },
  };
  await mounted.render(
    <AppProvider app={app}>
      <Composer roomId={roomId} />
    </AppProvider>,
  );
  const field = mounted.page.querySelector('textarea');
  const send = mounted.page.querySelector<HTMLButtonElement>('button[type=submit]');
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
  const alerts = () => [...mounted.page.querySelectorAll('[role="alert"]')].map((alert) => alert.textContent);
  return { field, send, type, press, sent, setDraft, alerts, store, roomId, edits: () => edits };
}

describe('messages that disappear', () => {
  it('are told of above the field, as the room’s timer says or as the person chose for the next ones', async () => {
    const lifetimes: unknown[] = [];
    const sendMessage: Actions['sendMessage'] = async (_room, _text, lifetimeMs) => {
      lifetimes.push(lifetimeMs);
      return accept(null);
    };
    const { store, roomId, press } = await shown('Hello', { sendMessage });
    const isTold = (words: string) => mounted.page.textContent?.includes(words) === true;
    expect(isTold('disappear')).toBe(false);
    const rooms = store.getState().rooms.map((room) => ({ ...room, lifetimeMs: 86_400_000 }));
    await act(async () => store.setState({ rooms: rooms.filter((room) => room.roomId === roomId) }));
    expect(isTold('Messages disappear 1 day after they are sent')).toBe(true);
    await press('Enter');
    const button = mounted.page.querySelector<HTMLButtonElement>('button[aria-label="How long your messages stay"]');
    await act(async () => button?.click());
    const choice = document.querySelector<HTMLSelectElement>('[aria-label="Your next messages here"]');
    await act(async () => {
      if (choice) choice.value = '3600000';
      choice?.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(isTold('Your next messages disappear 1 hour after they are sent')).toBe(true);
    await press('Enter');
    expect(lifetimes).toEqual([undefined, 3_600_000]);
  });
});

describe('the composer', () => {
  it('sends on Enter and is empty again', async () => {
    const { field, type, press, sent } = await shown();
    await type('Good morning');
    expect((await press('Enter')).defaultPrevented).toBe(true);
    expect(sent).toEqual(['Good morning']);
    expect(field.value).toBe('');
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

  it('sends nothing that is blank', async () => {
    const { send, type, press, sent } = await shown();
    for (const text of ['', '  \n ']) {
      await type(text);
      expect(send.disabled).toBe(true);
      await press('Enter');
    }
    expect(sent).toEqual([]);
  });

  it('sends a text that is too long for one message as several, where that is said and chosen', async () => {
    const { send, type, press, sent } = await shown();
    const long = 'x'.repeat(1_001);
    await type(long);
    expect(send.textContent).toBe('Send as 2 messages');
    await press('Enter');
    expect(sent).toEqual([]);
    await act(async () => send.click());
    expect(sent).toEqual([long]);
  });

  it('counts what will be sent: the same letters, however they are composed', async () => {
    const { send, type, press, sent } = await shown();
    await type('각'.normalize('NFD').repeat(400));
    expect(send.textContent).toBe('Send');
    await press('Enter');
    expect(sent).toHaveLength(1);
  });

  it('keeps a pasted text whole, and says what cannot be sent at once', async () => {
    const { field, send, type, alerts } = await shown();
    const long = 'a word '.repeat(6_000);
    await type(long);
    expect(field.value).toBe(long);
    expect([send.disabled, alerts()]).toEqual([
      true,
      [expect.stringMatching(/^This is as long as \d+ messages; 20 can/)],
    ]);
  });

  it('leaves the field as it is where more is pasted than is kept, and says so', async () => {
    const { field, type, alerts } = await shown('half a thou');
    await type(`half a thou${'x'.repeat(LIMITS.draftMax)}`);
    expect([field.value, alerts()]).toEqual(['half a thou', [expect.stringMatching(/Nothing was changed/)]]);
    await type('half a thought');
    expect([field.value, alerts()]).toEqual(['half a thought', []]);
  });

  it('counts down near the end, in characters as people count them', async () => {
    const { type } = await shown();
    const count = () => mounted.page.querySelector('[role="status"]')?.textContent ?? null;
    await type('x'.repeat(799));
    expect(count()).toBeNull();
    await type('🦊'.repeat(990));
    expect(count()).toBe('10');
    await type('x'.repeat(1_001));
    expect(count()).toBeNull();
  });

  it('shows what came back because it was refused, with the reason', async () => {
    const { field, alerts, setDraft } = await shown();
    await act(async () => setDraft('again', refuse('message-spam')));
    expect([field.value, alerts()]).toEqual(['again', [refuse('message-spam').message]]);
  });

  it('says that a message waits for the disk, and gives it back without losing the place of the focus', async () => {
    let taken = 0;
    const takeBack = () => {
      taken += 1;
      made.store.setState({ unstored: {} });
    };
    const made = await shown('', { takeBack });
    const unstored = { what: 'message' as const, text: 'Good morning', refusal: refuse('disk-full'), cancel: () => {} };
    await act(async () => made.store.setState({ unstored: { [made.roomId]: unstored } }));
    expect(mounted.page.querySelector('[role="status"]')?.textContent).toBe(
      'The disk is full. Your message is kept here and sent as soon as it can be stored.',
    );
    const button = [...mounted.page.querySelectorAll('button')].find((each) => each.textContent === 'Take back');
    button?.focus();
    await act(async () => button?.click());
    expect([taken, made.sent, document.activeElement]).toEqual([1, [], made.field]);
    expect(mounted.page.textContent).not.toContain('Good morning');
  });

  it.each([
    ['KeyB', '**two**'],
    ['KeyI', '*two*'],
    ['KeyE', '`two`'],
  ])('puts marks around the selection: Ctrl and %s', async (code, marked) => {
    const { field, press } = await shown('one two three');
    field.setSelectionRange(4, 7);
    expect((await press('x', { code, ctrlKey: true })).defaultPrevented).toBe(true);
    expect(field.value).toBe(`one ${marked} three`);
    expect(field.value.slice(field.selectionStart, field.selectionEnd)).toBe('two');
    await press('x', { code, ctrlKey: true });
    expect(field.value).toBe('one two three');
  });

  it('offers emoji for a begun code; ↓ and Tab choose, and Escape closes the list alone', async () => {
    await loadEmoji();
    const { field, type, press, sent } = await shown();
    const offered = () => [...mounted.page.querySelectorAll('[role="option"]')].map((option) => option.textContent);
    await type('so :smil');
    expect(offered().slice(0, 2)).toEqual(['😄:smile:', '😃:smiley:']);
    expect(field.getAttribute('aria-activedescendant')).toMatch(/-0$/);
    await press('ArrowDown');
    await press('Tab');
    expect([field.value, offered()]).toEqual(['so 😃 ', []]);
    await type('so :smil');
    await press('Escape');
    expect(offered()).toEqual([]);
    await press('Enter');
    expect(sent).toEqual(['so :smil']);
  });

  it('makes an emoji of a code that is typed to its end, and of nothing else', async () => {
    await loadEmoji();
    const { field, type } = await shown();
    await type('yes :tada:');
    expect(field.value).toBe('yes 🎉');
    await act(async () => {
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, 'yes :tada:');
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'historyUndo' }));
    });
    expect(field.value).toBe('yes :tada:');
    await type('at 10:30:');
    expect(field.value).toBe('at 10:30:');
    await type('no :such_thing:');
    expect(field.value).toBe('no :such_thing:');
  });

  it('follows the direction of what is written', async () => {
    expect((await shown()).field.dir).toBe('auto');
  });
});

describe('the composer for a message that is there', () => {
  it('holds its words, saves them on Enter and leaves it alone on Escape', async () => {
    const { app, item, field, press } = await editing();
    expect(field.value).toBe(item.text);
    expect((await press('Escape')).defaultPrevented).toBe(true);
    expect(app.stopped).toBe(1);
    await press('Enter');
    expect(app.saved).toBe(1);
  });

  it('takes the last own message with the arrow key in an empty field alone', async () => {
    const empty = await shown('');
    expect((await empty.press('ArrowUp')).defaultPrevented).toBe(true);
    expect(empty.edits()).toBe(1);
    const draft = await shown('some words');
    await draft.press('ArrowUp');
    expect(draft.edits()).toBe(0);
  });
});
