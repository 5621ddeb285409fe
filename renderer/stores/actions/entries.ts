import {
  ChatText,
  type EntryContent,
  type HistoryItem,
  type MessageRef,
  toWrite,
  withCodes,
} from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import { withRoom } from '../by-room.ts';
import { peopleOf } from '../people.ts';
import type { Composing } from '../state.ts';
import type { ActionContext } from './context.ts';

export interface EntryActions {
  /** The next message answers this one. */
  startReply: (roomId: RoomId, to: HistoryItem) => void;
  /** The field holds this own message instead of the draft, which stays. */
  startEdit: (roomId: RoomId, of: HistoryItem) => void;
  /** The field holds the last own message that is loaded; false where there is none. */
  startEditLast: (roomId: RoomId) => boolean;
  setEdited: (roomId: RoomId, text: string) => void;
  /** Neither an answer nor an edit any more. */
  stopComposing: (roomId: RoomId) => void;
  saveEdit: (roomId: RoomId) => Promise<Outcome<unknown>>;
  deleteMessage: (roomId: RoomId, message: MessageRef) => Promise<Outcome<unknown>>;
  react: (roomId: RoomId, message: MessageRef, emoji: string, on: boolean) => Promise<Outcome<unknown>>;
  /** How long messages that are written from now on may be there, whoever writes them; null: without end. In ms. */
  setTimer: (roomId: RoomId, lifetimeMs: number | null) => Promise<Outcome<unknown>>;
}

const refOf = ({ author, id }: MessageRef): MessageRef => ({ author, id });

/** What a person does to messages that are there. */
export function createEntryActions({ store, chats, drafts, session, tell }: ActionContext): EntryActions {
  const set = (roomId: RoomId, composing: Composing | undefined) =>
    store.setState((state) => ({ composing: withRoom(state.composing, roomId, composing) }));
  const startEdit = (roomId: RoomId, of: HistoryItem) =>
    set(roomId, { kind: 'edit', of, text: toWrite(of.text, peopleOf(store.getState(), roomId)) });

  async function send(roomId: RoomId, content: EntryContent) {
    const room = session(roomId);
    if (!room) return refuse('room-unknown');
    try {
      const stored = (item: HistoryItem) => chats.update(roomId, [item]);
      return await room.send(content, stored, () => drafts.kept(roomId));
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  return {
    startReply: (roomId, to) => set(roomId, { kind: 'reply', of: to }),
    startEdit,
    startEditLast(roomId) {
      const chat = store.getState().chats[roomId];
      const last = chat?.hasNewer ? undefined : chat?.items.findLast(({ mine, deleted }) => mine && !deleted);
      if (last) startEdit(roomId, last);
      return last !== undefined;
    },
    setEdited(roomId, text) {
      const composing = store.getState().composing[roomId];
      if (composing?.kind === 'edit') set(roomId, { ...composing, text });
    },
    stopComposing: (roomId) => set(roomId, undefined),
    async saveEdit(roomId) {
      const composing = store.getState().composing[roomId];
      if (composing?.kind !== 'edit') return accept({});
      const parsed = ChatText.safeParse(withCodes(composing.text, peopleOf(store.getState(), roomId)));
      if (!parsed.success) return tell(refuse('message-invalid', { path: 'text' }));
      if (parsed.data === composing.of.text) {
        set(roomId, undefined);
        return accept({});
      }
      const outcome = await send(roomId, { kind: 'edit', of: refOf(composing.of), text: parsed.data });
      // The words stay in the field until they are on the disk.
      const now = store.getState().composing[roomId];
      if (outcome.ok && now?.kind === 'edit' && now.of.id === composing.of.id && now.text === composing.text)
        set(roomId, undefined);
      return tell(outcome);
    },
    async deleteMessage(roomId, message) {
      return tell(await send(roomId, { kind: 'delete', of: refOf(message) }));
    },
    async react(roomId, message, emoji, on) {
      return tell(await send(roomId, { kind: 'reaction', of: refOf(message), emoji, on }));
    },
    async setTimer(roomId, lifetimeMs) {
      const room = session(roomId);
      if (!room) return refuse('room-unknown');
      // It is no message, so nothing is shown of it but what the room says about its messages.
      return tell(
        await room.send(
          { kind: 'timer', lifetimeMs, of: null },
          () => {},
          () => drafts.kept(roomId),
        ),
      );
    },
  };
}
