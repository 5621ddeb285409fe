import {
  ChatText,
  type HistoryItem,
  type MessageRef,
  messageKey,
  type SearchOrder,
  type SeenRange,
  splitText,
  toWrite,
  withCodes,
} from '@parley/shared/model';
import { accept, type DeviceId, type Outcome, type RoomId, refusalOf, refuse } from '@parley/shared/protocol';
import type { SendWait } from '../../session/conversation.ts';
import { withRoom } from '../by-room.ts';
import { unreadWithin } from '../chats.ts';
import type { Sending } from '../drafts.ts';
import { peopleIn } from '../people.ts';
import type { Composing, GoTo, ReadingPlace, SearchFilters } from '../state.ts';
import type { ActionContext } from './context.ts';

export interface ChatActions {
  /**
   * Sends a text, a long one as several messages. A part that could not be sent becomes the room's draft again, with the reason. It lasts as
   * long as the room's timer says, or `lifetimeMs`; null: without end.
   */
  sendMessage: (roomId: RoomId, text: string, lifetimeMs?: number | null) => Promise<Outcome<unknown>>;
  /** The same for words that answer nothing, whatever the person is about to write there. */
  forward: (roomId: RoomId, text: string) => Promise<Outcome<unknown>>;
  /** Takes back the messages of a room that wait for the disk: their text is the draft again. */
  takeBack: (roomId: RoomId) => void;
  setDraft: (roomId: RoomId, draft: string) => void;
  /** Loads around what is shown, and lets go of what is far from it unless `hold` is set. */
  loadOlder: (roomId: RoomId, hold?: boolean) => void;
  loadNewer: (roomId: RoomId, hold?: boolean) => void;
  loadNewest: (roomId: RoomId) => void;
  loadOldest: (roomId: RoomId) => void;
  goToUnread: (roomId: RoomId) => void;
  setPlace: (roomId: RoomId, place: ReadingPlace | null) => void;
  /** The list has gone where it was asked to go. */
  arrived: (roomId: RoomId, goTo: GoTo) => void;
  /** These messages were on the screen while the window had the focus. */
  markSeen: (roomId: RoomId, range: SeenRange) => void;
  /** The person wants to be told of none of a room's messages as new any more. */
  markAllSeen: (roomId: RoomId) => void;
  /** Goes to the first message of a time or later. */
  goToTime: (roomId: RoomId, atMs: number) => void;
  jumpTo: (roomId: RoomId, message: MessageRef) => void;

  openSearch: () => void;
  closeSearch: () => void;
  search: (query: string) => void;
  filterSearch: (change: Partial<SearchFilters>) => void;
  orderSearch: (order: SearchOrder) => void;
  searchMore: () => void;

  setVerified: (deviceId: DeviceId, verified: boolean) => Promise<Outcome<unknown>>;
}

/** A text to send, and how long it lasts; undefined: as the room's timer says. */
type Words = { text: string; lifetimeMs: number | null | undefined };

export function createChatActions(context: ActionContext): ChatActions {
  const { store, ports, chats, drafts, searches, running, session, show, tell, showUnstored } = context;
  /** The range that is being marked as seen, by room: asked for once. */
  const marking = new Map<RoomId, string>();
  /** The latest sending of each room. */
  const turns = new Map<RoomId, Promise<unknown>>();

  /** How often each room's messages were taken back; what was sent before is given up. */
  const takenBack = new Map<RoomId, number>();
  const takenBackOf = (roomId: RoomId): number => takenBack.get(roomId) ?? 0;

  const keyOf = ({ from, upTo }: SeenRange): string =>
    [from, upTo].map((ref) => (ref ? messageKey(ref) : '')).join(' ');

  function mark(roomId: RoomId, range: SeenRange): void {
    const key = keyOf(range);
    const room = session(roomId);
    if (!room || marking.get(roomId) === key) return;
    marking.set(roomId, key);
    void room.markSeen(range).then((marked) => {
      if (marking.get(roomId) === key) marking.delete(roomId);
      if (marked.ok) chats.seen(roomId, range);
    });
  }

  const setComposing = (roomId: RoomId, composing: Composing | undefined) =>
    store.setState((state) => ({ composing: withRoom(state.composing, roomId, composing) }));

  async function sendParts(
    roomId: RoomId,
    { text, lifetimeMs }: Words,
    sending: Sending,
    isTakenBack: () => boolean,
    reply?: Composing,
  ): Promise<Outcome<unknown>> {
    const people = peopleIn(store.getState(), roomId);
    const whole = withCodes(text.normalize('NFC'), people);
    const parts = splitText(whole);
    for (const [index, part] of parts.entries()) {
      const behind = toWrite(whole.slice(parts[index + 1]?.from ?? whole.length), people);
      const withPart = toWrite(whole.slice(part.from), people);
      sending.rest(behind);
      const of = index === 0 && reply ? { author: reply.of.author, id: reply.of.id } : null;
      const content = { text: part.text, of, lifetimeMs, draft: () => sending.after(behind) };
      let stopShowing = () => {};
      const outcome = isTakenBack()
        ? refuse('cancelled')
        : await sendOne(roomId, content, ({ refusal, cancel }) => {
            if (isTakenBack()) return cancel();
            // It is a draft until it is a message: the app may be closed meanwhile.
            sending.rest(withPart);
            stopShowing = showUnstored(roomId, { what: 'message', text: withPart, refusal, cancel });
          });
      stopShowing();
      if (outcome.ok) continue;
      sending.end({ text: withPart, refusal: outcome.code === 'cancelled' ? null : outcome });
      const now = store.getState();
      const answered = now.chats[roomId]?.items.find((item) => reply && messageKey(item) === messageKey(reply.of));
      if (of && reply && !now.composing[roomId] && answered?.deleted !== true) {
        setComposing(roomId, { kind: 'reply', of: answered ?? reply.of });
      }
      return outcome;
    }
    sending.end(null);
    await chats.loadNewest(roomId);
    return accept({});
  }

  async function sendOne(
    roomId: RoomId,
    {
      text,
      of,
      lifetimeMs,
      draft,
    }: { text: string; of: MessageRef | null; lifetimeMs: number | null | undefined; draft: () => string },
    waiting: (wait: SendWait) => void,
  ): Promise<Outcome<unknown>> {
    const parsed = ChatText.safeParse(text);
    if (!parsed.success) return refuse('message-invalid', { path: 'text' });
    const room = session(roomId);
    if (!room) return refuse('room-unknown');
    try {
      const stored = (item: HistoryItem) => chats.add(roomId, [item]);
      const content = { kind: 'text' as const, text: parsed.data, of, lifetimeMs };
      return await room.send(content, stored, draft, waiting);
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  function send(roomId: RoomId, words: Words, reply?: Composing): Promise<Outcome<unknown>> {
    const sending = drafts.send(roomId, words.text);
    const before = takenBackOf(roomId);
    const isTakenBack = () => takenBackOf(roomId) !== before;
    // One text after the other, so that no message comes between those of a long one.
    const turn = (turns.get(roomId) ?? Promise.resolve()).then(() =>
      sendParts(roomId, words, sending, isTakenBack, reply),
    );
    turns.set(roomId, turn);
    return turn;
  }

  return {
    sendMessage(roomId, text, lifetimeMs) {
      const composing = store.getState().composing[roomId];
      const reply = composing?.kind === 'reply' ? composing : undefined;
      if (reply) setComposing(roomId, undefined);
      return send(roomId, { text, lifetimeMs }, reply);
    },
    forward: (roomId, text) => send(roomId, { text, lifetimeMs: undefined }),
    takeBack(roomId) {
      takenBack.set(roomId, takenBackOf(roomId) + 1);
      store.getState().unstored[roomId]?.cancel();
    },
    setDraft(roomId, draft) {
      drafts.set(roomId, draft);
      if (draft.trim() !== '') session(roomId)?.typing();
    },
    loadOlder: (roomId, hold) => void chats.loadOlder(roomId, hold),
    loadNewer: (roomId, hold) => void chats.loadNewer(roomId, hold),
    loadOldest: (roomId) => void chats.loadOldest(roomId),
    goToUnread: (roomId) => void chats.goToUnread(roomId),
    setPlace: (roomId, place) => chats.setPlace(roomId, place),
    arrived: (roomId, goTo) => chats.arrived(roomId, goTo),
    loadNewest(roomId) {
      const { screen } = store.getState();
      if (screen.at === 'room' && screen.roomId === roomId)
        store.setState({ screen: { ...screen, focusMessage: null } });
      void chats.loadNewest(roomId);
    },
    markSeen(roomId, range) {
      const items = store.getState().chats[roomId]?.items ?? [];
      if (unreadWithin(items, range).length > 0) mark(roomId, range);
    },
    markAllSeen: (roomId) => mark(roomId, { from: null, upTo: null }),
    goToTime: (roomId, atMs) => void chats.goToTime(roomId, atMs),
    jumpTo(roomId, message) {
      searches.close();
      show({ at: 'room', roomId, panel: 'chat', focusMessage: null });
      const key = messageKey(message);
      void chats.loadAround(roomId, message).then((found) => {
        const { screen } = store.getState();
        if (found && screen.at === 'room' && screen.roomId === roomId) {
          store.setState({ screen: { ...screen, focusMessage: key } });
        }
      });
    },

    openSearch: () => searches.open(),
    closeSearch: () => searches.close(),
    search: (query) => searches.search(query),
    filterSearch: (change) => searches.filter(change),
    orderSearch: (order) => searches.order(order),
    searchMore: () => void searches.more(),

    async setVerified(deviceId, verified) {
      const standing = await ports.bridge.call('peers.verify', { deviceId, verified });
      if (!standing.ok) return tell(standing);
      for (const each of running()?.reach.all() ?? []) each.setStanding(deviceId, standing.value.standing);
      return standing;
    },
  };
}
