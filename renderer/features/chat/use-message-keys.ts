import type { MessageKey } from '@parley/shared/model';
import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Virtualizer } from '../../ui/virtual.ts';
import type { ChatRow } from './grouping.ts';
import { rowKeyAt } from './row-keys.ts';
import type { ListScroll } from './use-list-scroll.ts';

type Options = {
  listRef: RefObject<HTMLElement | null>;
  rows: readonly ChatRow[];
  indexOf: (key: MessageKey) => number;
  virtualizer: RefObject<Virtualizer<HTMLDivElement, Element> | null>;
  scroll: RefObject<ListScroll | null>;
};

/**
 * The focus inside the list. ↑ and ↓ move it from message to message; Space chooses one while several are chosen. The row that has it stays in the document; where its
 * message is let go of, the list takes the focus.
 */
export function useMessageKeys({ listRef, rows, indexOf, virtualizer, scroll }: Options) {
  const { toggleSelected } = useActions();
  const isSelecting = useApp(({ selection }) => selection !== null && selection.roomId === rows[0]?.item.roomId);
  const [current, setCurrent] = useState<MessageKey | null>(null);
  const wanted = useRef<MessageKey | null>(null);
  const index = current === null ? -1 : indexOf(current);

  useLayoutEffect(() => {
    if (wanted.current !== null && wanted.current === current) {
      wanted.current = null;
      listRef.current?.querySelector<HTMLElement>(`[data-message="${current}"]`)?.focus({ preventScroll: true });
    }
    const isFocusLost = document.activeElement === null || document.activeElement === document.body;
    if (current !== null && index < 0 && isFocusLost) listRef.current?.focus({ preventScroll: true });
  }, [current, index, listRef]);

  const moveTo = (next: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, next))];
    if (!row || row.key === current) return;
    wanted.current = row.key;
    setCurrent(row.key);
    scroll.current?.toRow(row.key, 'auto');
  };

  return {
    /** The row that has the focus; -1 for none. */
    current: index,
    onKeyDown(event: KeyboardEvent) {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const row = rows[index];
      if (
        event.key === ' ' &&
        isSelecting &&
        row &&
        event.target instanceof HTMLElement &&
        event.target.matches('article')
      ) {
        event.preventDefault();
        toggleSelected(row.item);
        return;
      }
      const down = event.key === 'ArrowDown';
      if (!down && event.key !== 'ArrowUp') return;
      event.preventDefault();
      const last = virtualizer.current?.range?.endIndex ?? rows.length - 1;
      moveTo(index < 0 ? last : index + (down ? 1 : -1));
    },
    onFocus(event: FocusEvent) {
      const key = rowKeyAt(event.target);
      if (key !== null) setCurrent(key);
    },
    onBlur(event: FocusEvent) {
      const next = event.relatedTarget;
      if (next instanceof Node && rowKeyAt(next) === null) setCurrent(null);
    },
  };
}
