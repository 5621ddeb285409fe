import type { MessageRef } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import type { ChatState, ReadingPlace } from '../../stores/state.ts';
import type { Virtualizer } from '../../ui/virtual.ts';
import type { ChatRow } from './grouping.ts';
import { rowsSeen } from './rows-seen.ts';
import type { ListScroll } from './use-list-scroll.ts';

type Options = {
  roomId: RoomId;
  chat: ChatState;
  rows: readonly ChatRow[];
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  scroll: ListScroll;
  listRef: RefObject<HTMLDivElement | null>;
  atEndPx: number;
};

/** Keeps the place where the person reads, the end in view for who is there, and marks as seen what stood on the screen. */
export function useReading({ roomId, chat, rows, virtualizer, scroll, listRef, atEndPx }: Options): { away: boolean } {
  const actions = useActions();
  const [away, setAway] = useState(chat.place !== null);
  const atEnd = useRef(chat.place === null);
  const placed = useRef(false);
  const look = useRef(() => {});
  const stopReturning = useRef(() => {});
  const { hasNewer, goTo } = chat;

  // Back at the place of before.
  useLayoutEffect(() => {
    if (placed.current || rows.length === 0) return;
    placed.current = true;
    if (chat.goTo) return;
    const { place } = chat;
    const index = place ? rows.findIndex(({ key }) => key === place.message) : -1;
    if (!place || index < 0) {
      scroll.toEnd();
      return;
    }
    scroll.toPlace(place.message);
    if (listRef.current) stopReturning.current = returnTo(listRef.current, place);
  }, [rows, chat, scroll, listRef]);
  useEffect(() => () => stopReturning.current(), []);

  const now = useRef({ rows, hasNewer, goTo });
  useLayoutEffect(() => {
    now.current = { rows, hasNewer, goTo };
  });

  useEffect(() => {
    const list = listRef.current;
    if (!list) return undefined;
    let frame = 0;
    let height = list.clientHeight;

    const note = () => {
      frame = 0;
      if (now.current.goTo) return;
      const items = virtualizer.getVirtualItems();
      const top = list.scrollTop;
      const first = items.find(({ start }) => start >= top) ?? items.at(-1);
      const place: ReadingPlace | null =
        (atEnd.current && !now.current.hasNewer) || !first
          ? null
          : { message: first.key as ReadingPlace['message'], offsetPx: first.start - top };
      actions.setPlace(roomId, place);
      see();
    };
    const see = () => {
      const seen = rowsSeen({
        rows: virtualizer.getVirtualItems(),
        topPx: list.scrollTop,
        heightPx: list.clientHeight,
        hasFocus: document.visibilityState === 'visible' && document.hasFocus(),
        isMoving: now.current.goTo !== null,
      });
      const from = now.current.rows[seen?.first ?? -1];
      const upTo = now.current.rows[seen?.last ?? -1];
      if (from && upTo) actions.markSeen(roomId, { from: refOf(from), upTo: refOf(upTo) });
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(note);
    };
    const scrolled = () => {
      // A list that became smaller was not scrolled away from its end.
      if (list.clientHeight !== height && atEnd.current) return;
      atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < atEndPx;
      setAway(!atEnd.current);
      later();
    };
    const observer = new ResizeObserver(() => {
      height = list.clientHeight;
      if (atEnd.current && !now.current.hasNewer) scroll.toEnd();
      later();
    });
    observer.observe(list);
    look.current = later;
    list.addEventListener('scroll', scrolled, { passive: true });
    window.addEventListener('focus', see);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      list.removeEventListener('scroll', scrolled);
      window.removeEventListener('focus', see);
    };
  }, [actions, roomId, virtualizer, scroll, listRef, atEndPx]);

  // What comes to the end while the person is there is seen at once; one's own message brings the end into view.
  const last = rows.at(-1);
  const lastKey = last?.key;
  const isOwn = last?.item.mine === true && last.item.state === 'queued';
  useEffect(() => {
    if (lastKey === undefined || hasNewer) return undefined;
    if (isOwn) scroll.toEnd();
    const frame = requestAnimationFrame(() => {
      look.current();
    });
    return () => cancelAnimationFrame(frame);
  }, [lastKey, isOwn, hasNewer, scroll]);

  // The list may have been there already, where it was asked to go.
  useEffect(() => {
    if (!goTo) look.current();
  }, [goTo]);

  return { away };
}

const refOf = ({ item }: ChatRow): MessageRef => ({ author: item.author, id: item.id });

/** How many frames a row may take to be measured and to come to its place. */
const RETURN_FRAMES = 20;

/**
 * Brings a row to where it stood. The rows around it are measured only once they are drawn, and each that is measured may move it.
 * Returns what stops it; the person's own scrolling does too.
 */
function returnTo(list: HTMLElement, { message, offsetPx }: ReadingPlace): () => void {
  let frames = 0;
  let frame = 0;
  const step = () => {
    const row = list.querySelector(`[data-row="${message}"]`);
    if (row) {
      const offBy = row.getBoundingClientRect().top - list.getBoundingClientRect().top - offsetPx;
      if (Math.abs(offBy) > 0.5) list.scrollTop += offBy;
    }
    frames += 1;
    if (frames < RETURN_FRAMES) frame = requestAnimationFrame(step);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    for (const name of ['wheel', 'keydown', 'pointerdown']) list.removeEventListener(name, stop);
  };
  for (const name of ['wheel', 'keydown', 'pointerdown']) list.addEventListener(name, stop, { passive: true });
  frame = requestAnimationFrame(step);
  return stop;
}
