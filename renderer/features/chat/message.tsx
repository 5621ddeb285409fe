import { type DeliveryState, type HistoryItem, messageKey } from '@parley/shared/model';
import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { isFromHere } from '../../stores/actions/entries.ts';
import { useApp } from '../../stores/react.tsx';
import { formatClock } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import { MessageFileCard } from '../files/file-card.tsx';
import { VoiceMessage } from '../voice/voice-message.tsx';
import styles from './chat.module.css';
import { MessageActions } from './message-actions.tsx';
import { MessageText } from './message-text.tsx';
import { Quote } from './quote.tsx';
import { TimerMark } from './timer-mark.tsx';

const states: Record<DeliveryState, { word: string; icon: typeof Check }> = {
  queued: { word: 'Queued', icon: Clock },
  sent: { word: 'Sent', icon: Check },
  delivered: { word: 'Delivered', icon: CheckCheck },
  read: { word: 'Read', icon: CheckCheck },
  failed: { word: 'Not sent', icon: CircleAlert },
};

type MessageProps = {
  item: HistoryItem;
  focused: boolean;
  /** Whether time and state are drawn: not where the next message tells the same. */
  hasMeta: boolean;
  /** Its number in the room from 1 and how many there are, where both are known. */
  position: number | null;
  total: number;
};

/** One message: its text or its file, when it was sent, and how far it came. The host asks before it opens a link. */
export function Message({ item, focused, hasMeta, position, total }: MessageProps) {
  const isSelecting = useApp((state) => state.selection?.roomId === item.roomId);
  const { word, icon: Icon } = states[item.state];
  return (
    <article
      className={styles.message}
      data-message={messageKey(item)}
      data-focused={focused || undefined}
      // The arrow keys bring the focus here.
      tabIndex={-1}
      aria-posinset={position ?? undefined}
      aria-setsize={position === null ? undefined : total}
      aria-label={`${authorWords(item)}, ${formatClock(item.sentAt)}`}
    >
      {item.deleted || isSelecting ? null : <MessageActions item={item} />}
      {item.quote && !item.deleted ? <Quote quote={item.quote} roomId={item.roomId} /> : null}
      {item.content.kind === 'file' && item.content.file?.voice ? (
        <VoiceMessage item={item} voice={item.content.file.voice} />
      ) : item.content.kind === 'file' && item.content.file ? (
        <MessageFileCard item={item} offer={item.content.file} />
      ) : (
        <div className={styles.text} dir="auto">
          {item.deleted ? (
            <em className={styles.gone}>This message was deleted.</em>
          ) : (
            <MessageText text={item.text} roomId={item.roomId} />
          )}
        </div>
      )}
      <span className={hasMeta ? styles.meta : 'visually-hidden'}>
        {item.lifetimeMs === undefined ? null : <TimerMark lifetimeMs={item.lifetimeMs} />}
        {item.edited ? <span>edited</span> : null}
        <time dateTime={new Date(item.sentAt).toISOString()}>{formatClock(item.sentAt)}</time>
        {item.mine && item.elsewhere ? <span title="Written on another computer of yours">other computer</span> : null}
        {isFromHere(item) ? (
          <span className={styles.state} data-state={item.state} title={word}>
            <Icon aria-hidden="true" />
            <span className="visually-hidden">{word}</span>
          </span>
        ) : null}
      </span>
    </article>
  );
}
