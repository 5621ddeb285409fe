import { type HistoryItem, messageKey } from '@parley/shared/model';
import { useEffect, useRef, useState } from 'react';
import { withoutMarks } from '../../ui/marks.ts';
import { callWords } from '../call-line.tsx';
import { authorWords } from '../connection-words.ts';

const SPOKEN_MAX = 3;

/** A call that came now may ring still: it is not told of as missed. */
const spoken = (item: HistoryItem): string =>
  item.content.kind === 'call'
    ? callWords(item, item.content, true)
    : `${authorWords(item)}: ${withoutMarks(item.text)}`;

/**
 * Speaks messages of others that came to the end of the list. The list itself is silent, because scrolling brings rows into it that are
 * not new.
 */
export function Arrivals({ items, isEnd }: { items: readonly HistoryItem[]; isEnd: boolean }) {
  const [words, setWords] = useState('');
  const known = useRef<HistoryItem | undefined>(undefined);

  useEffect(() => {
    const before = known.current;
    known.current = isEnd ? items.at(-1) : undefined;
    if (!before || !isEnd) return;
    const at = items.findIndex((item) => messageKey(item) === messageKey(before));
    const fresh = at < 0 ? [] : items.slice(at + 1).filter((item) => !item.mine);
    if (fresh.length > SPOKEN_MAX) setWords(`${fresh.length} new messages`);
    else if (fresh.length > 0) setWords(fresh.map(spoken).join('. '));
  }, [items, isEnd]);

  return (
    <p className="visually-hidden" role="log" aria-label="Newest messages">
      {words}
    </p>
  );
}
