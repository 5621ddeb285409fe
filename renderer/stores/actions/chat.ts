import { ChatText, type MessageKey, type MessageRef, messageKey } from '@parley/shared/model';
import { type DeviceId, type Outcome, type RoomId, refuse } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface ChatActions {
  sendMessage: (roomId: RoomId, text: string) => Promise<Outcome<unknown>>;
  setDraft: (roomId: RoomId, draft: string) => void;
  loadOlder: (roomId: RoomId) => void;
  /** Back to the newest messages after a jump. */
  loadNewest: (roomId: RoomId) => void;
  markSeen: (roomId: RoomId, upTo: MessageRef) => void;
  jumpTo: (roomId: RoomId, message: MessageRef) => void;

  openSearch: () => void;
  closeSearch: () => void;
  search: (query: string) => void;
  searchMore: () => void;

  setVerified: (deviceId: DeviceId, verified: boolean) => Promise<Outcome<unknown>>;
}

export function createChatActions(context: ActionContext): ChatActions {
  const { store, ports, chats, searches, running, session, show, tell } = context;
  const seenUpTo = new Map<RoomId, MessageKey>();
  return {
    async sendMessage(roomId, text) {
      const parsed = ChatText.safeParse(text);
      const room = session(roomId);
      const outcome = !parsed.success
        ? refuse('message-invalid', { path: 'text' })
        : !room
          ? refuse('room-unknown')
          : await room.sendMessage(parsed.data, (item) => chats.add(roomId, [item]));
      chats.setSendRefusal(roomId, outcome.ok ? null : outcome);
      if (!outcome.ok) return outcome;
      // Only what was sent goes away: the person may have typed on.
      if (store.getState().chats[roomId]?.draft === text) chats.setDraft(roomId, '');
      if (store.getState().chats[roomId]?.detached) await chats.loadNewest(roomId);
      return outcome;
    },
    setDraft(roomId, draft) {
      chats.setDraft(roomId, draft.slice(0, 4_000));
      if (draft.trim() !== '') session(roomId)?.typing();
    },
    loadOlder: (roomId) => void chats.loadOlder(roomId),
    loadNewest(roomId) {
      const { screen } = store.getState();
      if (screen.at === 'room' && screen.roomId === roomId)
        store.setState({ screen: { ...screen, focusMessage: null } });
      void chats.loadNewest(roomId);
    },
    markSeen(roomId, upTo) {
      const key = messageKey(upTo);
      if (seenUpTo.get(roomId) === key) return;
      seenUpTo.set(roomId, key);
      void session(roomId)
        ?.markSeen(upTo)
        .then((marked) => {
          if (marked.ok) chats.seen(roomId, upTo);
          else seenUpTo.delete(roomId);
        });
    },
    jumpTo(roomId, message) {
      searches.close();
      show({ at: 'room', roomId, panel: 'chat', focusMessage: null });
      const key = messageKey(message);
      const loaded = store.getState().chats[roomId]?.items.some((item) => messageKey(item) === key);
      const ready = loaded ? Promise.resolve(true) : chats.loadAround(roomId, message);
      void ready.then((found) => {
        const { screen } = store.getState();
        if (found && screen.at === 'room' && screen.roomId === roomId) {
          store.setState({ screen: { ...screen, focusMessage: key } });
        }
      });
    },

    openSearch: () => searches.open(),
    closeSearch: () => searches.close(),
    search: (query) => searches.search(query),
    searchMore: () => void searches.more(),

    async setVerified(deviceId, verified) {
      const standing = await ports.bridge.call('peers.verify', { deviceId, verified });
      if (!standing.ok) return tell(standing);
      for (const each of running()?.reach.all() ?? []) each.setStanding(deviceId, standing.value.standing);
      return standing;
    },
  };
}
