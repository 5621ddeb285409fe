import type { MessageKey } from '@parley/shared/model';
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Virtualizer } from '../../ui/virtual.ts';

type Align = 'start' | 'center' | 'auto';

/** Sends the list to one of its rows, or to its end. */
export type ListScroll = {
  toRow(key: MessageKey, align: Align): void;
  /** To a row of which the caller keeps the place, to the pixel. */
  toPlace(key: MessageKey): void;
  toStart(): void;
  toEnd(): void;
};

type Options = {
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  listRef: RefObject<HTMLDivElement | null>;
  firstKey: MessageKey | undefined;
  /** -1 for a row that is not there. */
  indexOf(key: MessageKey): number;
};

/** What a person does to the list; from then on it goes nowhere by itself. */
const TAKES_OVER = ['wheel', 'pointerdown', 'keydown'] as const;

/**
 * The ways to scroll the list. The library keeps the row that it was sent to as an index, for up to 5 s and also once it is there. Older rows
 * above would make it another row's: the list would go to that one, load more, and so on without end. So it is sent to its row anew.
 */
export function useListScroll({ virtualizer, listRef, firstKey, indexOf }: Options): ListScroll {
  const aim = useRef<{ key: MessageKey; align: Align } | 'place' | null>(null);
  const seenFirst = useRef(firstKey);
  const find = useRef(indexOf);

  useLayoutEffect(() => {
    find.current = indexOf;
    if (seenFirst.current === firstKey) return;
    seenFirst.current = firstKey;
    if (!aim.current) return;
    const row = aim.current === 'place' ? null : aim.current;
    const index = row ? indexOf(row.key) : -1;
    if (row && index >= 0) virtualizer.scrollToIndex(index, { align: row.align });
    else {
      aim.current = null;
      virtualizer.cancelScroll();
    }
  });

  useEffect(() => {
    const list = listRef.current;
    if (!list) return undefined;
    const stop = () => {
      if (aim.current) virtualizer.cancelScroll();
      aim.current = null;
    };
    for (const name of TAKES_OVER) list.addEventListener(name, stop, { passive: true });
    return () => {
      for (const name of TAKES_OVER) list.removeEventListener(name, stop);
    };
  }, [listRef, virtualizer]);

  return useMemo(() => {
    const go = (key: MessageKey, align: Align) => {
      const index = find.current(key);
      if (index >= 0) virtualizer.scrollToIndex(index, { align });
    };
    return {
      toRow(key, align) {
        aim.current = { key, align };
        go(key, align);
      },
      toPlace(key) {
        aim.current = 'place';
        go(key, 'start');
      },
      toStart() {
        aim.current = null;
        virtualizer.scrollToOffset(0);
      },
      toEnd() {
        aim.current = null;
        virtualizer.scrollToEnd();
      },
    };
  }, [virtualizer]);
}
