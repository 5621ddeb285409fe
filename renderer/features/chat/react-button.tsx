import { type HistoryItem, messageKey } from '@parley/shared/model';
import { Plus, SmilePlus } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Action } from './action.tsx';
import styles from './actions.module.css';
import { AnyEmoji } from './any-emoji.tsx';
import { PALETTE } from './emojis.ts';

/** Chooses a reaction: the common ones at once, any other behind 'More'. */
export function ReactButton({ item }: { item: HistoryItem }) {
  const { react } = useActions();
  const [open, setOpen] = useState<'no' | 'common' | 'all'>('no');
  const own = new Set(item.reactions.filter(({ mine }) => mine).map(({ emoji }) => emoji));
  const choose = (emoji: string) => {
    setOpen('no');
    void react(item.roomId, item, emoji, !own.has(emoji));
  };
  return (
    <Popover
      open={open !== 'no'}
      onOpenChange={(isOpen) => setOpen(isOpen ? 'common' : 'no')}
      label="Reactions"
      className={open === 'all' ? styles.sheet : styles.palette}
      // The button is seen again once its message has the focus.
      focusAfter={() => document.querySelector<HTMLElement>(`[data-message="${messageKey(item)}"]`)?.focus()}
      trigger={<Action icon={SmilePlus} label="React" />}
    >
      {open === 'all' ? (
        <AnyEmoji onChoose={choose} />
      ) : (
        <>
          {PALETTE.map(([emoji, name]) => (
            <button
              key={emoji}
              type="button"
              className={styles.emoji}
              aria-label={name}
              aria-pressed={own.has(emoji)}
              title={name}
              onClick={() => choose(emoji)}
            >
              {emoji}
            </button>
          ))}
          <IconButton
            icon={Plus}
            label="More emoji"
            title="More emoji"
            tooltip={false}
            className={styles.more}
            onClick={() => setOpen('all')}
          />
        </>
      )}
    </Popover>
  );
}
