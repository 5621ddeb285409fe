import { comparePlaces, type HistoryItem, messageKey, splitText } from '@parley/shared/model';
import { accept, LIMITS, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import { asForwarded } from '../quoting.ts';
import type { Selection } from '../state.ts';
import type { ChatActions } from './chat.ts';
import type { ActionContext } from './context.ts';
import type { EntryActions } from './entries.ts';
import { isFromHere } from './entries.ts';

export interface SelectingActions {
  /** Begins to choose messages of a room, with this one. */
  startSelecting: (item: HistoryItem) => void;
  /** Chooses a message, or no longer; one that cannot be chosen is left. */
  toggleSelected: (item: HistoryItem) => void;
  stopSelecting: () => void;
  /** Deletes one's own of the chosen messages for everyone; those that could not be deleted stay chosen. */
  deleteSelected: () => Promise<Outcome<unknown>>;
  /** Asks to which room messages shall go; `stopForwarding` takes that back. */
  startForwarding: (items: readonly HistoryItem[]) => void;
  stopForwarding: () => void;
  /** Sends the messages that are being forwarded to a room, as quotes. */
  forwardTo: (roomId: RoomId) => Promise<Outcome<unknown>>;
}

/** Whether a message can be chosen among several: it has words to copy and forward. */
export const isSelectable = ({ deleted, content }: HistoryItem): boolean => !deleted && content.kind === 'text';

/** So many messages can be chosen at once. */
const SELECTED_MAX = 100;

/** What a person does to several messages. */
export function createSelectingActions(
  { store, tell, notices }: ActionContext,
  { deleteMessage, forward }: Pick<EntryActions, 'deleteMessage'> & Pick<ChatActions, 'forward'>,
): SelectingActions {
  const setSelection = (selection: Selection | null) => store.setState({ selection });

  return {
    startSelecting: (item) => setSelection({ roomId: item.roomId, items: [item] }),
    toggleSelected(item) {
      if (!isSelectable(item)) return;
      const { selection } = store.getState();
      if (selection?.roomId !== item.roomId) return setSelection({ roomId: item.roomId, items: [item] });
      const key = messageKey(item);
      const others = selection.items.filter((each) => messageKey(each) !== key);
      if (others.length < selection.items.length) return setSelection({ ...selection, items: others });
      if (others.length >= SELECTED_MAX) {
        return notices.say('info', `${SELECTED_MAX} messages can be chosen at once.`);
      }
      setSelection({ ...selection, items: [...others, item].sort(comparePlaces) });
    },
    stopSelecting: () => setSelection(null),
    async deleteSelected() {
      const own = store.getState().selection?.items.filter((item) => isFromHere(item) && !item.deleted) ?? [];
      for (const item of own) {
        const deleted = await deleteMessage(item.roomId, item);
        if (!deleted.ok) return deleted;
      }
      setSelection(null);
      return accept({});
    },
    startForwarding: (items) => store.setState({ forwarding: items }),
    stopForwarding: () => store.setState({ forwarding: null }),
    async forwardTo(roomId) {
      const { forwarding } = store.getState();
      const text = asForwarded(forwarding ?? []);
      if (text === '') return accept({});
      if (splitText(text).length > LIMITS.spamMessagesMax) {
        return tell(refuse('message-invalid', { message: 'This is too much for one time. Choose fewer messages.' }));
      }
      store.setState({ forwarding: null, selection: null });
      const sent = await forward(roomId, text);
      if (!sent.ok) return tell(sent);
      notices.say('info', 'Forwarded.');
      return sent;
    },
  };
}
