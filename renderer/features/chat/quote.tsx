import type { Quote as Quoted } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { useActions } from '../../stores/react.tsx';
import { withoutMarks } from '../../ui/marks.ts';
import { authorWords } from '../connection-words.ts';
import styles from './actions.module.css';

/** The beginning of the message that is answered. A press goes there. */
export function Quote({ quote, roomId }: { quote: Quoted; roomId: RoomId }) {
  const { jumpTo } = useActions();
  if (quote.text === null) return <span className={styles.quote}>This message is not here.</span>;
  const who = authorWords(quote);
  const words = withoutMarks(quote.text);
  return (
    <button
      type="button"
      className={styles.quote}
      aria-label={`Answer to ${who}: ${words === '' ? 'a deleted message' : words}`}
      onClick={() => jumpTo(roomId, quote)}
    >
      <strong dir="auto">{who}</strong>
      <span dir="auto">{words === '' ? 'Deleted message' : words}</span>
    </button>
  );
}
