import type { MessageKey } from '@parley/shared/model';
import { type RefObject, useEffect, useState } from 'react';
import { rowKeyAt } from './row-keys.ts';

type Ends = { anchor: MessageKey; focus: MessageKey };

/**
 * The rows from one end of the selection to the other, so that they stay in the document while the person scrolls on: a selection
 * ends with the element that it is in, and only what is in the document is copied.
 */
export function useSelectedRows(
  listRef: RefObject<HTMLElement | null>,
  indexOf: (key: MessageKey) => number,
): readonly number[] {
  const [ends, setEnds] = useState<Ends | null>(null);

  useEffect(() => {
    const changed = () => {
      const selection = document.getSelection();
      const list = listRef.current;
      const isHere =
        selection && list && !selection.isCollapsed && list.contains(selection.anchorNode) && selection.rangeCount > 0;
      const anchor = isHere ? rowKeyAt(selection.anchorNode) : null;
      const focus = isHere ? rowKeyAt(selection.focusNode) : null;
      // A drag that left the rows for a moment still selects.
      setEnds((before) => {
        if (!isHere || anchor === null) return null;
        const next = { anchor, focus: focus ?? before?.focus ?? anchor };
        return before?.anchor === next.anchor && before.focus === next.focus ? before : next;
      });
    };
    document.addEventListener('selectionchange', changed);
    return () => document.removeEventListener('selectionchange', changed);
  }, [listRef]);

  if (!ends) return [];
  const [from = -1, to = -1] = [indexOf(ends.anchor), indexOf(ends.focus)].sort((a, b) => a - b);
  return from < 0 ? [] : Array.from({ length: to - from + 1 }, (_, step) => from + step);
}
