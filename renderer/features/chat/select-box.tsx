import { type HistoryItem, messageKey } from '@parley/shared/model';
import { useEffect, useRef } from 'react';
import { isSelectable } from '../../stores/actions/selecting.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import { formatClock } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './actions.module.css';

/** Beside each message while the person chooses several. */
export function SelectBox({ item }: { item: HistoryItem }) {
  const isSelecting = useApp((state) => state.selection?.roomId === item.roomId);
  return isSelecting && isSelectable(item) ? <Box item={item} /> : null;
}

function Box({ item }: { item: HistoryItem }) {
  const { toggleSelected } = useActions();
  const key = messageKey(item);
  const isChosen = useApp((state) => state.selection?.items.some((each) => messageKey(each) === key) === true);
  const ref = useRef<HTMLInputElement>(null);
  const wasChosen = useRef(isChosen);
  useEffect(() => {
    // The button that began this is gone, and the focus with it.
    if (wasChosen.current && document.activeElement === document.body) ref.current?.focus();
  }, []);
  return (
    <input
      ref={ref}
      type="checkbox"
      className={styles.box}
      aria-label={`${authorWords(item)}, ${formatClock(item.sentAt)}`}
      checked={isChosen}
      onChange={() => toggleSelected(item)}
    />
  );
}
