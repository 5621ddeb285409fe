import {
  ChatText,
  type EntryContent,
  type HistoryItem,
  type MessageRef,
  type Receiver,
  toWrite,
  withCodes,
} from '@parley/shared/model';
import { accept, type Outcome, type RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import type { SendWait } from '../../session/conversation.ts';
import { withRoom } from '../by-room.ts';
import { peopleIn } from '../people.ts';
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
  /** How far an own message came with each other device of its room. */
  receiversOf: (roomId: RoomId, message: MessageRef) => Promise<Outcome<readonly Receiver[]>>;
  react: (roomId: RoomId, message: MessageRef, emoji: string, on: boolean) => Promise<Outcome<unknown>>;
  /** How long messages that are written from now on may be there, whoever writes them; null: without end. In ms. */
  setTimer: (roomId: RoomId, lifetimeMs: number | null) => Promise<Outcome<unknown>>;
}

/** Whether this computer wrote a message: it alone can change it. */
export const isFromHere = ({ mine, elsewhere }: HistoryItem): boolean => mine && elsewhere !== true;

/** Whether an own message has words that can be replaced. */
export const isEditable = (item: HistoryItem): boolean =>
  isFromHere(item) && !item.deleted && item.content.kind === 'text';

const refOf = ({ author, id }: MessageRef): MessageRef => ({ author, id });

/** What a person does to messages that are there. */
export function createEntryActions(context: ActionContext): EntryActions {
  const { store, ports, chats, drafts, roomChanges, session, tell, tellUnlessCancelled, showUnstored } = context;
  const set = (roomId: RoomId, composing: Composing | undefined) =>
    store.setState((state) => ({ composing: withRoom(state.composing, roomId, composing) }));
  const startEdit = (roomId: RoomId, of: HistoryItem) =>
    set(roomId, { kind: 'edit', of, text: toWrite(of.text, peopleIn(store.getState(), roomId)) });

  /** Rooms in which an edit is on its way. */
  const saving = new Set<RoomId>();

  /** Writes an entry; `words` tell the person which change waits while the disk takes nothing. */
  async function send(roomId: RoomId, content: EntryContent, words: string) {
    const room = session(roomId);
    if (!room) return refuse('room-unknown');
    let stopShowing = () => {};
    try {
      const stored = (item: HistoryItem) => {
        chats.update(roomId, [item]);
        void room.files.learn([item]);
      };
      const waiting = ({ refusal, cancel }: SendWait) => {
        stopShowing = showUnstored(roomId, { what: 'change', text: words, refusal, cancel });
      };
      return await room.send(content, stored, () => drafts.kept(roomId), waiting);
    } catch (thrown) {
      return refusalOf(thrown);
    } finally {
      stopShowing();
    }
  }

  return {
    startReply: (roomId, to) => set(roomId, { kind: 'reply', of: to }),
    startEdit,
    startEditLast(roomId) {
      const chat = store.getState().chats[roomId];
      const last = chat?.hasNewer ? undefined : chat?.items.findLast(isEditable);
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
      if (composing?.kind !== 'edit' || saving.has(roomId)) return accept({});
      const parsed = ChatText.safeParse(withCodes(composing.text, peopleIn(store.getState(), roomId)));
      if (!parsed.success) return tell(refuse('message-invalid', { path: 'text' }));
      if (parsed.data === composing.of.text) {
        set(roomId, undefined);
        return accept({});
      }
      saving.add(roomId);
      const edit = { kind: 'edit', of: refOf(composing.of), text: parsed.data } as const;
      const outcome = await send(roomId, edit, composing.text);
      saving.delete(roomId);
      // The words stay in the field until they are on the disk.
      const now = store.getState().composing[roomId];
      if (outcome.ok && now?.kind === 'edit' && now.of.id === composing.of.id && now.text === composing.text)
        set(roomId, undefined);
      return tellUnlessCancelled(outcome);
    },
    async deleteMessage(roomId, message) {
      return tellUnlessCancelled(
        await send(roomId, { kind: 'delete', of: refOf(message) }, 'A message is to be deleted.'),
      );
    },
    async receiversOf(roomId, message) {
      const found = await ports.bridge.call('history.receivers', { roomId, message: refOf(message) });
      return found.ok ? accept(found.value.receivers) : found;
    },
    async react(roomId, message, emoji, on) {
      return tellUnlessCancelled(await send(roomId, { kind: 'reaction', of: refOf(message), emoji, on }, emoji));
    },
    async setTimer(roomId, lifetimeMs) {
      const room = session(roomId);
      if (!room) return refuse('room-unknown');
      // It is no message: a line of the conversation says so at its place.
      const sent = await room.send(
        { kind: 'timer', lifetimeMs, of: null },
        () => {},
        () => drafts.kept(roomId),
      );
      if (sent.ok) void roomChanges.load(roomId);
      return tell(sent);
    },
  };
}
