import type { HistoryGap, HistoryItem, MessageKey, Room, RoomChange } from '@parley/shared/model';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { isUnread } from '../../stores/chats.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ChatState } from '../../stores/state.ts';
import { dayKeyOf, formatClock, formatDay } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '../../ui/virtual.ts';
import { Arrivals } from './arrivals.tsx';
import styles from './chat.module.css';
import { DayJump } from './day-jump.tsx';
import { type ChatRow, groupMessages } from './grouping.ts';
import { Jumps } from './jumps.tsx';
import { MessageRow } from './message-row.tsx';
import { type ListScroll, useListScroll } from './use-list-scroll.ts';
import { useMessageKeys } from './use-message-keys.ts';
import { useReading } from './use-reading.ts';
import { useSelectedRows } from './use-selected-rows.ts';

/** How near to its end the list counts as being at its end. */
const AT_END_PX = 60;
/** More is loaded while so many rows are still to come. */
const LOAD_AHEAD_ROWS = 40;
const PADDING_PX = 16;
/** The day that floats above the list covers so much of it. */
const DAY_PX = 40;
const noGaps: readonly HistoryGap[] = [];
const noChanges: readonly RoomChange[] = [];

/** The rows of a room that are in view, and a few around them. */
export function MessageList({ room, chat }: { room: Room; chat: ChatState }) {
  const actions = useActions();
  const now = useNow(60_000);
  const { roomId } = room;
  const listRef = useRef<HTMLDivElement>(null);
  const focusMessage = useApp((state) => (state.screen.at === 'room' ? state.screen.focusMessage : null));
  const gaps = useApp((state) => state.gaps[roomId] ?? noGaps);
  const changes = useApp((state) => state.roomChanges[roomId] ?? noChanges);
  const { items, newFrom, hasOlder, hasNewer, loading, failure, goTo, total } = chat;
  const rows = useMemo(
    () =>
      groupMessages(items, {
        newFrom,
        isStart: !hasOlder,
        isEnd: !hasNewer,
        gaps,
        changes,
        dayKey: (at) => dayKeyOf(at),
      }),
    [items, newFrom, hasOlder, hasNewer, gaps, changes],
  );
  const indexes = useMemo(() => new Map(rows.map(({ key }, index) => [key, index])), [rows]);
  const indexOf = useCallback((key: MessageKey) => indexes.get(key) ?? -1, [indexes]);

  const selected = useSelectedRows(listRef, indexOf);
  const list = useRef<Virtualizer<HTMLDivElement, Element> | null>(null);
  const scrolls = useRef<ListScroll | null>(null);
  const keys = useMessageKeys({ listRef, rows, indexOf, virtualizer: list, scroll: scrolls });
  // What is selected or has the focus stays in the document when it is scrolled out of view.
  const pinned = [...selected, ...(keys.current < 0 ? [] : [keys.current])];
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => listRef.current,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    estimateSize: (index) => estimatedHeight(rows[index]),
    anchorTo: 'end',
    followOnAppend: !hasNewer,
    scrollEndThreshold: AT_END_PX,
    overscan: 10,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
    scrollPaddingStart: DAY_PX,
    rangeExtractor: (range: Range) => withPinned(defaultRangeExtractor(range), pinned, range.count),
  });
  const scroll = useListScroll({ virtualizer, listRef, firstKey: rows[0]?.key, indexOf });
  useLayoutEffect(() => {
    list.current = virtualizer;
    scrolls.current = scroll;
  });

  const { away } = useReading({ roomId, chat, rows, virtualizer, scroll, listRef, atEndPx: AT_END_PX });

  // The list goes where it is asked to, once the message is there.
  useLayoutEffect(() => {
    if (!goTo || goTo.to === 'unread' || rows.length === 0) return;
    if (goTo.to === 'end') scroll.toEnd();
    else if (goTo.to === 'start') scroll.toStart();
    else if (indexOf(goTo.message) < 0) return;
    else scroll.toRow(goTo.message, goTo.align);
    actions.arrived(roomId, goTo);
  }, [goTo, rows, scroll, indexOf, actions, roomId]);

  const { range } = virtualizer;
  const from = range?.startIndex ?? rows.length;
  const to = range?.endIndex ?? 0;
  const hold = selected.length > 0;
  useEffect(() => {
    if (loading !== 'none' || failure) return;
    if (hasOlder && from < LOAD_AHEAD_ROWS) actions.loadOlder(roomId, hold);
    else if (hasNewer && to >= rows.length - LOAD_AHEAD_ROWS) actions.loadNewer(roomId, hold);
  }, [from, to, rows.length, hasOlder, hasNewer, loading, failure, hold, actions, roomId]);

  const topmost = rows[from];
  const unreadInView = rows.slice(from, to + 1).filter(({ item }) => isUnread(item)).length;
  const hasUnreadElsewhere = room.unread > unreadInView;

  /** The number of the first row in the room, where it is known. */
  const first = !hasOlder ? 1 : !hasNewer ? total - rows.length + 1 : null;
  return (
    <div className={styles.view}>
      <div
        className={styles.list}
        ref={listRef}
        role="feed"
        aria-label="Messages"
        aria-busy={loading !== 'none' || undefined}
        onKeyDown={(event) => {
          if (event.key === 'Home' || event.key === 'End') {
            event.preventDefault();
            if (event.key === 'Home') actions.loadOldest(roomId);
            else actions.loadNewest(roomId);
          } else keys.onKeyDown(event);
        }}
        onFocus={keys.onFocus}
        onBlur={keys.onBlur}
      >
        <div className={styles.log} style={{ blockSize: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                data-row={row.key}
                className={styles.slot}
                style={{ transform: `translateY(${start}px)` }}
              >
                <MessageRow
                  {...row}
                  day={row.startsDay ? formatDay(row.item.sentAt, now) : null}
                  highlighted={row.key === focusMessage}
                  hasMeta={!tellsTheSame(row, rows[index + 1])}
                  position={first === null ? null : first + index}
                  total={total}
                />
              </div>
            );
          })}
        </div>
      </div>
      {loading === 'none' ? null : (
        <p className={styles.loading} data-at={loading}>
          Loading messages…
        </p>
      )}
      {topmost && virtualizer.getTotalSize() > (virtualizer.scrollRect?.height ?? 0) ? (
        <DayJump roomId={roomId} atMs={topmost.item.sentAt} nowMs={now} />
      ) : null}
      <Jumps
        roomId={roomId}
        unread={room.unread}
        hasUnreadElsewhere={hasUnreadElsewhere}
        isAtEnd={!away && !hasNewer}
      />
      <Arrivals items={items} isEnd={!hasNewer} />
    </div>
  );
}

/** Whether the message below says the same time and state. */
const tellsTheSame = ({ item }: ChatRow, next: ChatRow | undefined): boolean =>
  next !== undefined &&
  !next.startsGroup &&
  next.item.state === item.state &&
  formatClock(next.item.sentAt) === formatClock(item.sentAt);

/** A first guess, before a row is drawn and measured. */
function estimatedHeight(row: ChatRow | undefined): number {
  if (!row) return 40;
  const lines = linesOf(row.item);
  return (
    19 +
    21 * lines +
    (row.startsGroup ? 21 : 0) +
    (row.endsGroup ? 9 : 0) +
    (row.startsDay || row.isNew ? 42 : 0) +
    38 * (row.gaps.length + row.gapsBelow.length) +
    38 * (row.changesBefore.length + row.changes.length + row.changesBelow.length)
  );
}

const linesOf = ({ text, content }: HistoryItem): number =>
  content.kind === 'file'
    ? content.file?.voice
      ? 3
      : 5
    : content.kind === 'call'
      ? 2
      : text.split('\n').reduce((lines, line) => lines + Math.max(1, Math.ceil(line.length / 70)), 0);

function withPinned(shown: readonly number[], pinned: readonly number[], count: number): number[] {
  if (pinned.length === 0) return [...shown];
  return [...new Set([...shown, ...pinned.filter((index) => index < count)])].sort((a, b) => a - b);
}
