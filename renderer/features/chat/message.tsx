import { type DeliveryState, type HistoryItem, messageKey } from '@parley/shared/model';
import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { formatClock } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './chat.module.css';
import { destinationOf, linkify } from './linkify.ts';

const states: Record<DeliveryState, { word: string; icon: typeof Check }> = {
  queued: { word: 'Queued', icon: Clock },
  sent: { word: 'Sent', icon: Check },
  delivered: { word: 'Delivered', icon: CheckCheck },
  read: { word: 'Read', icon: CheckCheck },
  failed: { word: 'Not sent', icon: CircleAlert },
};

/** One message: its text with links that are only text until they are chosen, when, and how far it came. */
export function Message({ item, focused }: { item: HistoryItem; focused: boolean }) {
  const { openLink } = useActions();
  const [asking, setAsking] = useState<string | null>(null);
  const { word, icon: Icon } = states[item.state];
  return (
    <article
      className={styles.message}
      data-message={messageKey(item)}
      data-focused={focused || undefined}
      aria-label={`${authorWords(item)}, ${formatClock(item.sentAt)}`}
    >
      <span className={styles.text}>
        {linkify(item.text).map((part, index) =>
          part.kind === 'text' ? (
            part.text
          ) : (
            // The parts of one text never change their order.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <button key={index} type="button" className={styles.link} onClick={() => setAsking(part.url)}>
              {part.text}
            </button>
          ),
        )}
      </span>
      <span className={styles.meta}>
        <time dateTime={new Date(item.sentAt).toISOString()}>{formatClock(item.sentAt)}</time>
        {item.mine ? (
          <span className={styles.state} data-state={item.state} title={word}>
            <Icon aria-hidden="true" />
            <span className="visually-hidden">{word}</span>
          </span>
        ) : null}
      </span>
      {asking ? (
        <Dialog title="Open a link" size="small" onClose={() => setAsking(null)}>
          <p>
            This leads to <strong>{destinationOf(asking)}</strong>, outside Parley.
          </p>
          <DialogActions>
            <Button look="quiet" onClick={() => setAsking(null)}>
              Cancel
            </Button>
            <Button
              look="primary"
              onClick={() => {
                openLink(asking);
                setAsking(null);
              }}
            >
              Open
            </Button>
          </DialogActions>
        </Dialog>
      ) : null}
    </article>
  );
}
