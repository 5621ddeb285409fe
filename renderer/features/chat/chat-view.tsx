import { type HistoryItem, messageKey, type Room } from '@parley/shared/model';
import { ArrowDown, ChevronUp } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ChatState, ParticipantView } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { dayKeyOf, formatClock, formatDay, formatNames } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { AuthorName } from '../author-name.tsx';
import { authorWords } from '../connection-words.ts';
import { FileCards } from '../files/file-cards.tsx';
import { useFileDrops } from '../files/use-file-drops.ts';
import styles from './chat.module.css';
import { Composer } from './composer.tsx';
import { groupMessages } from './grouping.ts';
import { Message } from './message.tsx';

/** How near to its end the list counts as being at its end. */
const AT_END_PX = 60;
const noParticipants: readonly ParticipantView[] = [];

/** A room's conversation: what was said, and the field to say more. */
export function ChatView({ room, wide = false }: { room: Room; wide?: boolean }) {
  const chat = useApp((state) => state.chats[room.roomId]);
  const { isOver, ...drops } = useFileDrops(room.roomId);
  return (
    <div className={styles.chat} data-wide={wide || undefined} data-drop={isOver || undefined} {...drops}>
      {chat ? <Messages room={room} chat={chat} /> : <div className={styles.list} aria-busy="true" />}
      <FileCards room={room} />
      <Typing room={room} />
      <Composer key={room.roomId} roomId={room.roomId} />
    </div>
  );
}

function Messages({ room, chat }: { room: Room; chat: ChatState }) {
  const actions = useActions();
  const now = useNow(60_000);
  const listRef = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const listHeight = useRef(0);
  const before = useRef({ firstKey: '', height: 0 });
  const [away, setAway] = useState(false);
  const focusMessage = useApp((state) => (state.screen.at === 'room' ? state.screen.focusMessage : null));
  const rows = useMemo(
    () => groupMessages(chat.items, chat.newSince, (at) => dayKeyOf(at)),
    [chat.items, chat.newSince],
  );
  const [first] = chat.items;
  const last = chat.items.at(-1);
  const firstKey = first ? messageKey(first) : '';
  const lastKey = last && messageKey(last);
  const lastAuthor = last?.author;
  const lastId = last?.id;

  // Older messages above keep what one reads where it was; new ones below are followed while one is at the end.
  useLayoutEffect(() => {
    const list = listRef.current;
    if (!list) return;
    if (before.current.firstKey !== '' && before.current.firstKey !== firstKey && !atEnd.current) {
      list.scrollTop += list.scrollHeight - before.current.height;
    } else if (atEnd.current && lastKey !== undefined) {
      list.scrollTop = list.scrollHeight;
    }
    before.current = { firstKey, height: list.scrollHeight };
  }, [firstKey, lastKey]);

  // Its messages may come after the jump; once it was brought into view, what comes later moves nothing.
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (!focusMessage || shown.current === focusMessage || firstKey === '') return;
    const element = listRef.current?.querySelector(`[data-message="${focusMessage}"]`);
    if (!element) return;
    shown.current = focusMessage;
    element.scrollIntoView({ block: 'center' });
  }, [focusMessage, firstKey]);

  // The list shrinks when the composer grows or the window does: the end stays in view.
  useEffect(() => {
    const list = listRef.current;
    if (!list) return undefined;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) list.scrollTop = list.scrollHeight;
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  // Seen is what stood on the screen of a window that had the person's attention.
  useEffect(() => {
    const see = () => {
      if (!lastAuthor || !lastId || !atEnd.current || chat.detached) return;
      if (document.visibilityState === 'hidden' || !document.hasFocus()) return;
      actions.markSeen(room.roomId, { author: lastAuthor, id: lastId });
    };
    see();
    window.addEventListener('focus', see);
    return () => window.removeEventListener('focus', see);
  }, [actions, room.roomId, lastAuthor, lastId, chat.detached]);

  return (
    <div
      className={styles.list}
      ref={listRef}
      onScroll={(event) => {
        const list = event.currentTarget;
        // A list that became smaller was not scrolled away from its end.
        const resized = list.clientHeight !== listHeight.current;
        listHeight.current = list.clientHeight;
        if (resized && atEnd.current) {
          list.scrollTop = list.scrollHeight;
          return;
        }
        atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < AT_END_PX;
        setAway(!atEnd.current);
        if (list.scrollTop < 80 && chat.hasOlder && chat.loading === 'none') actions.loadOlder(room.roomId);
      }}
    >
      {chat.failure ? (
        <p className={styles.failure} role="alert">
          {chat.failure.message}
        </p>
      ) : null}
      {chat.hasOlder ? (
        <Button
          look="quiet"
          size="small"
          icon={ChevronUp}
          busy={chat.loading === 'older'}
          className={styles.older}
          onClick={() => actions.loadOlder(room.roomId)}
        >
          Show older messages
        </Button>
      ) : null}
      {chat.items.length === 0 && chat.loading === 'first' ? (
        <p className={styles.empty} role="status">
          Opening the conversation…
        </p>
      ) : null}
      {chat.items.length === 0 && chat.loading === 'none' ? (
        <div className={styles.empty}>
          <strong>No messages yet</strong>
          <p>Messages are kept on the disks of the people in this room, and nowhere else.</p>
        </div>
      ) : null}
      <div role="log" aria-label="Messages" aria-busy={chat.loading !== 'none' || undefined} className={styles.log}>
        {rows.map((row) => {
          if (row.kind === 'day') {
            return (
              <p key={row.key} className={styles.day}>
                <span>{formatDay(row.at, now)}</span>
              </p>
            );
          }
          if (row.kind === 'new') {
            return (
              <p key={row.key} className={styles.new}>
                <span>New messages</span>
              </p>
            );
          }
          return (
            <div key={row.key} className={styles.group} data-mine={row.mine || undefined}>
              {row.mine ? null : <Avatar id={row.author} name={row.confirmed ? row.name : '?'} size={32} />}
              <div className={styles.bubbles}>
                <p className={styles.author}>
                  <AuthorName mine={row.mine} name={row.name} confirmed={row.confirmed} />
                </p>
                {row.items.map((item, index) => (
                  <Message
                    key={messageKey(item)}
                    item={item}
                    focused={messageKey(item) === focusMessage}
                    hasMeta={!tellsTheSame(item, row.items[index + 1])}
                  />
                ))}
              </div>
            </div>
          );
        })}
      </div>
      {away || chat.detached ? (
        <Button
          look="plain"
          size="small"
          icon={ArrowDown}
          className={styles.newest}
          onClick={() => {
            atEnd.current = true;
            setAway(false);
            if (chat.detached) actions.loadNewest(room.roomId);
            const list = listRef.current;
            if (list) list.scrollTop = list.scrollHeight;
          }}
        >
          Newest messages
        </Button>
      ) : null}
    </div>
  );
}

/** Whether the message below says the same time and state. */
const tellsTheSame = (item: HistoryItem, next: HistoryItem | undefined): boolean =>
  next !== undefined && next.state === item.state && formatClock(next.sentAt) === formatClock(item.sentAt);

function Typing({ room }: { room: Room }) {
  const participants = useApp((state) => state.reach[room.roomId]?.participants ?? noParticipants);
  const names = participants
    .filter((participant) => participant.typing)
    .map(({ name, standing }) => authorWords({ mine: false, name, confirmed: standing !== 'changed' }));
  return (
    <p className={styles.typing} aria-live="polite">
      {names.length > 0 ? `${formatNames(names)} ${names.length === 1 ? 'is' : 'are'} writing…` : ''}
    </p>
  );
}
