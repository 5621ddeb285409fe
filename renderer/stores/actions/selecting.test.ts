import { messageKey } from '@parley/shared/model';
import { accept, type Outcome, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { livelyAt } from '../../testing/gallery/samples/chat.ts';
import { createAppStore } from '../app-store.ts';
import type { ActionContext } from './context.ts';
import { createSelectingActions } from './selecting.ts';

const [question, photos, answer, , plan] = livelyAt(1_800_000_000_000);
if (!question || !photos || !answer || !plan) throw new Error('the sample has no messages');
const other = RoomId.parse('B'.repeat(question.roomId.length - 1).concat(question.roomId.slice(-1)));

function selecting() {
  const store = createAppStore();
  const deleted: string[] = [];
  const forwarded: [RoomId, string][] = [];
  const said: string[] = [];
  let answers: Outcome<unknown>[] = [];
  const context = {
    store,
    tell: (outcome: unknown) => outcome,
    notices: { say: (_: unknown, text: string) => void said.push(text) },
  } as unknown as ActionContext;
  const actions = createSelectingActions(context, {
    deleteMessage: async (_, { id }) => {
      deleted.push(id);
      return answers.shift() ?? accept({});
    },
    forward: async (roomId, text) => {
      forwarded.push([roomId, text]);
      return accept({});
    },
  });
  const answering = (...next: Outcome<unknown>[]) => {
    answers = next;
  };
  const chosen = () => store.getState().selection?.items.map(({ text }) => text) ?? null;
  return { store, actions, deleted, forwarded, said, chosen, answering };
}

describe('choosing messages', () => {
  it('keeps them in the order of the room, and lets go of what is chosen twice', () => {
    const { actions, chosen } = selecting();
    actions.startSelecting(answer);
    actions.toggleSelected(question);
    actions.toggleSelected(photos);
    expect(chosen()).toEqual([question.text, photos.text, answer.text]);
    actions.toggleSelected(photos);
    expect(chosen()).toEqual([question.text, answer.text]);
    actions.stopSelecting();
    expect(chosen()).toBeNull();
  });

  it('leaves files and deleted messages, which have no words to take along', () => {
    const { actions, chosen } = selecting();
    actions.startSelecting(answer);
    actions.toggleSelected({ ...question, deleted: true });
    actions.toggleSelected({ ...question, content: { kind: 'file', file: null } });
    expect(chosen()).toEqual([answer.text]);
  });

  it('deletes one’s own for everyone and leaves the words of others', async () => {
    const { actions, deleted, chosen } = selecting();
    for (const item of [question, answer, plan]) actions.toggleSelected(item);
    expect(await actions.deleteSelected()).toMatchObject({ ok: true });
    expect([deleted, chosen()]).toEqual([[answer.id, plan.id], null]);
  });

  it('stops where one cannot be deleted, and keeps what is chosen', async () => {
    const { actions, deleted, store, answering } = selecting();
    for (const item of [answer, plan]) actions.toggleSelected(item);
    answering(refuse('disk-full'));
    expect(await actions.deleteSelected()).toMatchObject({ code: 'disk-full' });
    expect([deleted, store.getState().selection?.items.map(messageKey)]).toEqual([
      [answer.id],
      [answer, plan].map(messageKey),
    ]);
  });
});

describe('forwarding', () => {
  it('sends what was chosen to the room as quotes, and ends the choosing', async () => {
    const { actions, forwarded, store, said } = selecting();
    actions.startSelecting(photos);
    actions.startForwarding([photos]);
    await actions.forwardTo(other);
    expect(forwarded).toEqual([[other, `Benedikt:\n> ${photos.text}`]]);
    expect([store.getState().forwarding, store.getState().selection, said]).toEqual([null, null, ['Forwarded.']]);
  });

  it('sends nothing where it would be too many messages', async () => {
    const { actions, forwarded, store } = selecting();
    const long = { ...photos, text: 'word '.repeat(199) };
    actions.startForwarding(Array.from({ length: 30 }, () => long));
    expect(await actions.forwardTo(other)).toMatchObject({ ok: false, code: 'message-invalid' });
    expect([forwarded, store.getState().forwarding?.length]).toEqual([[], 30]);
  });
});
