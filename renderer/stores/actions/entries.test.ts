import { type EntryContent, type HistoryItem, mentionOf } from '@parley/shared/model';
import { accept, type Outcome, type Refusal, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import type { SendWait } from '../../session/conversation.ts';
import { livelyAt } from '../../testing/gallery/samples/chat.ts';
import { createAppStore, EMPTY_CHAT } from '../app-store.ts';
import { type ActionParts, createActionContext } from './context.ts';
import { createEntryActions } from './entries.ts';

const items = livelyAt(1_800_000_000_000);
const [question] = items;
const own = items.at(-1);
if (!question || !own) throw new Error('the sample has no messages');
const roomId = RoomId.parse(own.roomId);

function entries() {
  const store = createAppStore();
  store.setState({
    chats: { [roomId]: { ...EMPTY_CHAT, items } },
    drafts: { [roomId]: { text: 'my draft', refusal: null } },
  });
  const sent: { content: EntryContent; draft: string }[] = [];
  const told: unknown[] = [];
  const refused: string[] = [];
  let disk = async (_waiting: (wait: SendWait) => void): Promise<Outcome<unknown>> => accept({});
  let answer: () => unknown = () => accept(own);
  const session = {
    files: { learn: async () => {} },
    send: async (
      content: EntryContent,
      stored: (item: HistoryItem) => void,
      draft: () => string,
      waiting: (wait: SendWait) => void,
    ) => {
      sent.push({ content, draft: draft() });
      const taken = await disk(waiting);
      if (!taken.ok) return taken;
      stored(own as HistoryItem);
      return answer();
    },
  };
  const context = createActionContext(store, {
    drafts: { kept: () => 'my draft' },
    chats: { update: (_: unknown, [item]: readonly HistoryItem[]) => told.push(item) },
    running: () => ({ reach: { get: () => session } }),
    notices: { refused: ({ code }: Refusal) => refused.push(code) },
  } as unknown as ActionParts);
  const fails = (refusal: unknown) => {
    answer = () => refusal;
  };
  return {
    actions: createEntryActions(context),
    store,
    sent,
    refused,
    fails,
    /** The disk takes nothing until the person takes the change back or it `frees` itself. */
    fills() {
      let frees = () => {};
      disk = (waiting) =>
        new Promise((resolve) => {
          frees = () => resolve(accept({}));
          waiting({ refusal: refuse('disk-full'), cancel: () => resolve(refuse('cancelled')) });
        });
      return () => frees();
    },
    composing: () => store.getState().composing[roomId],
  };
}

describe('an edit', () => {
  it('puts the last own message into the field and leaves the draft as it is', async () => {
    const { actions, composing, sent, store } = entries();
    expect(actions.startEditLast(roomId)).toBe(true);
    expect(composing()).toMatchObject({ kind: 'edit', of: { id: own.id }, text: own.text });
    actions.setEdited(roomId, 'Other words');
    await actions.saveEdit(roomId);
    const of = { author: own.author, id: own.id };
    expect(sent).toEqual([{ content: { kind: 'edit', of, text: 'Other words' }, draft: 'my draft' }]);
    expect([composing(), store.getState().drafts[roomId]?.text]).toEqual([undefined, 'my draft']);
  });

  it('keeps its words in the field where they could not be stored or are none', async () => {
    const { actions, composing, fails, sent } = entries();
    actions.startEdit(roomId, own);
    actions.setEdited(roomId, '   ');
    expect(await actions.saveEdit(roomId)).toMatchObject({ code: 'message-invalid' });
    actions.setEdited(roomId, 'Other words');
    fails(refuse('disk-full'));
    expect(await actions.saveEdit(roomId)).toMatchObject({ code: 'disk-full' });
    expect([composing(), sent.length]).toMatchObject([{ text: 'Other words' }, 1]);
  });

  it('shows mentions as they are written, and sends them with their codes', async () => {
    const { actions, composing, sent } = entries();
    const mention = mentionOf({ device: question.author, name: question.name });
    actions.startEdit(roomId, { ...own, text: `See ${mention}` });
    expect(composing()).toMatchObject({ text: `See @${question.name}` });
    await actions.saveEdit(roomId);
    expect(sent).toEqual([]);
    actions.startEdit(roomId, own);
    actions.setEdited(roomId, `Ask @${question.name}.`);
    await actions.saveEdit(roomId);
    expect(sent[0]?.content).toMatchObject({ text: `Ask ${mention}.` });
  });

  it('sends nothing where the words are the same', async () => {
    const { actions, composing, sent } = entries();
    actions.startEdit(roomId, own);
    await actions.saveEdit(roomId);
    expect([composing(), sent]).toEqual([undefined, []]);
  });
});

describe('a change that the disk does not take', () => {
  it('waits, is told, and is made as soon as there is room', async () => {
    const { actions, store, fills, sent, composing } = entries();
    const frees = fills();
    actions.startEdit(roomId, own);
    actions.setEdited(roomId, 'Other words');
    const saved = actions.saveEdit(roomId);
    expect(store.getState().unstored[roomId]).toMatchObject({ what: 'change', text: 'Other words' });
    // Once more while it waits is not a second edit.
    await actions.saveEdit(roomId);
    frees();
    expect(await saved).toMatchObject({ ok: true });
    expect([sent.length, composing(), store.getState().unstored]).toEqual([1, undefined, {}]);
  });

  it('is given up where the person takes it back: the words stay in the field, and nothing more is said', async () => {
    const { actions, store, fills, composing, refused } = entries();
    fills();
    actions.startEdit(roomId, own);
    actions.setEdited(roomId, 'Other words');
    const saved = actions.saveEdit(roomId);
    store.getState().unstored[roomId]?.cancel();
    expect(await saved).toMatchObject({ code: 'cancelled' });
    expect([composing(), store.getState().unstored, refused]).toMatchObject([{ text: 'Other words' }, {}, []]);
  });
});

describe('what waits for the disk', () => {
  it('stays on the screen, with its way back, while another change is made', async () => {
    const { actions, store } = entries();
    const message = { what: 'message', text: 'Hello', refusal: refuse('disk-full'), cancel: () => {} } as const;
    store.setState({ unstored: { [roomId]: message } });
    expect(await actions.react(roomId, question, '👍', true)).toMatchObject({ ok: true });
    expect(store.getState().unstored[roomId]).toBe(message);
  });
});

describe('a reaction and a deletion', () => {
  it('name the message and nothing else of it', async () => {
    const { actions, sent } = entries();
    await actions.react(roomId, question, '👍', true);
    await actions.deleteMessage(roomId, own);
    expect(sent.map(({ content }) => content)).toEqual([
      { kind: 'reaction', of: { author: question.author, id: question.id }, emoji: '👍', on: true },
      { kind: 'delete', of: { author: own.author, id: own.id } },
    ]);
  });
});
