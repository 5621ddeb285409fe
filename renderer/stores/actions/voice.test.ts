import { accept, type Outcome, RoomId, refuse, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../../testing/fake-clock.ts';
import { createAppStore } from '../app-store.ts';
import type { FileNow } from '../state.ts';
import { type ActionParts, createActionContext } from './context.ts';
import { createVoiceActions } from './voice.ts';

const roomId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const idOf = (sizeBytes: number, seed: number) => toBase64Url(new Uint8Array(sizeBytes).fill(seed));
// The part that these actions look at.
const file = { roomId, fileId: idOf(16, 2), author: idOf(32, 3), state: 'recorded' } as FileNow;

function voiceActions() {
  const store = createAppStore();
  const forgotten: unknown[] = [];
  const wanted: string[] = [];
  let sends = 0;
  let answer = (_sent: Outcome<unknown>) => {};
  const session = {
    files: {
      forget: async (gone: readonly unknown[]) => forgotten.push(...gone),
      want: (fileId: string) => wanted.push(fileId),
    },
    send: () => {
      sends += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  };
  // The parts that these actions use.
  const parts = {
    voices: { player: { play: () => {} } },
    chats: { loadNewest: async () => {} },
    notices: { refused: () => {} },
    running: () => ({ reach: { get: () => session } }),
  } as unknown as ActionParts;
  return {
    ...{ store, forgotten, wanted },
    actions: createVoiceActions(createActionContext(store, parts)),
    sends: () => sends,
    answer: (sent: Outcome<unknown>) => answer(sent),
  };
}

describe('sending a kept recording (H10)', () => {
  it('keeps it from being discarded or sent again, until that is taken back', async () => {
    const { store, actions, answer, sends, forgotten } = voiceActions();
    const sending = actions.sendKeptVoice(file, undefined);
    expect(store.getState().sendingVoices).toEqual([file.fileId]);
    actions.discardKeptVoice(file);
    await actions.sendKeptVoice(file, undefined);
    expect([forgotten, sends()]).toEqual([[], 1]);
    answer(refuse('cancelled'));
    await sending;
    expect(store.getState().sendingVoices).toEqual([]);
    actions.discardKeptVoice(file);
    expect(forgotten).toEqual([{ author: file.author, id: file.fileId }]);
  });

  it('holds also once it is sent, before the core says so', async () => {
    const { actions, answer, forgotten } = voiceActions();
    const sending = actions.sendKeptVoice(file, undefined);
    answer(accept({}));
    await sending;
    actions.discardKeptVoice(file);
    await settled();
    expect(forgotten).toEqual([]);
  });
});

describe('playing a voice message that is on its way (H10)', () => {
  it('lets it wait for no other', () => {
    const { actions, wanted } = voiceActions();
    actions.playVoice({ ...file, state: 'received', held: true });
    expect(wanted).toEqual([]);
    actions.playVoice({ ...file, state: 'receiving', held: false });
    expect(wanted).toEqual([file.fileId]);
  });
});
