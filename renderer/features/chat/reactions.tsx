import type { HistoryItem } from '@parley/shared/model';
import { useActions } from '../../stores/react.tsx';
import { formatNames } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './actions.module.css';
import { nameOfEmoji } from './emojis.ts';

/** The reactions to a message; one's own is taken back by a press. */
export function Reactions({ item }: { item: HistoryItem }) {
  const { react } = useActions();
  if (item.reactions.length === 0) return null;
  return (
    <span className={styles.reactions}>
      {item.reactions.map(({ emoji, mine, people }) => (
        <button
          key={emoji}
          type="button"
          className={styles.reaction}
          aria-pressed={mine}
          aria-label={`${nameOfEmoji(emoji)}, ${people.length}`}
          title={formatNames(people.map(authorWords))}
          onClick={() => void react(item.roomId, item, emoji, !mine)}
        >
          <span aria-hidden="true">{emoji}</span>
          <span aria-hidden="true">{people.length}</span>
        </button>
      ))}
    </span>
  );
}
