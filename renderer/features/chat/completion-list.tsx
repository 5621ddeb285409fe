import type { KeyboardEvent } from 'react';
import styles from './completion-list.module.css';
import type { Completion } from './completions.ts';

type CompletionListProps = {
  id: string;
  items: readonly Completion[];
  current: number;
  onActive: (index: number) => void;
  onChoose: (item: Completion) => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

/** Ways to finish a word, above the field. The field keeps the focus and handles the keys. */
export function CompletionList({ id, items, current, onActive, onChoose, onKeyDown }: CompletionListProps) {
  return (
    <div className={styles.list} role="listbox" id={id} aria-label="Suggestions" hidden={items.length === 0}>
      {items.map((item, index) => (
        <div
          key={item.key}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === current}
          className={styles.option}
          onPointerMove={() => onActive(index)}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item)}
          onKeyDown={onKeyDown}
        >
          <span className={styles.sign} aria-hidden="true">
            {item.sign}
          </span>
          <bdi>{item.name}</bdi>
        </div>
      ))}
    </div>
  );
}
