import { SmilePlus } from 'lucide-react';
import { useId } from 'react';
import { useActions } from '../../stores/react.tsx';
import { PALETTE } from '../chat/emojis.ts';
import styles from './call-bar.module.css';

/** The first of the palette: a call is no place to look for an emoji. */
const OFFERED = 12;

/** Shows an emoji to everybody in the call, for a moment. It stays open: applause comes in rows. */
export function ReactionMenu() {
  const id = useId();
  const { reactInCall } = useActions();
  return (
    <>
      <button type="button" className={styles.control} aria-label="React" popoverTarget={id}>
        <SmilePlus aria-hidden="true" />
        <span className={styles.word} aria-hidden="true">
          React
        </span>
      </button>
      <div id={id} popover="auto" role="group" aria-label="Reactions" className={styles.reactions}>
        {PALETTE.slice(0, OFFERED).map(([emoji, name]) => (
          <button
            key={emoji}
            type="button"
            className={styles.emoji}
            aria-label={name}
            title={name}
            onClick={() => reactInCall(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </>
  );
}
