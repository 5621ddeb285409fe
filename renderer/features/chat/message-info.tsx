import type { HistoryItem, Receiver } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';
import { Info } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { formatClock, formatDay } from '../../ui/format.ts';
import { useNow } from '../../ui/use-now.ts';
import { AuthorName } from '../author-name.tsx';
import { Action } from './action.tsx';
import styles from './message-info.module.css';

/** Opens what is known of the way of one's own message. */
export function InfoButton({ item }: { item: HistoryItem }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Action icon={Info} label="Info" onClick={() => setOpen(true)} />
      {isOpen ? <MessageInfo item={item} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** Whom a message reached and who has read it, with the times at which this device heard of it. */
function MessageInfo({ item, onClose }: { item: HistoryItem; onClose: () => void }) {
  const { receiversOf } = useActions();
  const now = useNow(30_000);
  const [found, setFound] = useState<Outcome<readonly Receiver[]> | null>(null);
  const { roomId, author, id, state, deliveredTo, readBy } = item;

  // Read again whenever the message came further.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    let isOver = false;
    void receiversOf(roomId, { author, id }).then((outcome) => {
      if (!isOver) setFound(outcome);
    });
    return () => {
      isOver = true;
    };
  }, [receiversOf, roomId, author, id, state, deliveredTo, readBy]);

  return (
    <Dialog title="Message info" size="small" onClose={onClose}>
      <p className={styles.sent}>Sent {whenWords(item.sentAt, now)}</p>
      {found === null ? null : found.ok ? (
        <Receivers receivers={found.value} now={now} />
      ) : (
        <p role="alert">{found.message}</p>
      )}
    </Dialog>
  );
}

const GROUPS = [
  { state: 'read', title: 'Read' },
  { state: 'delivered', title: 'Delivered' },
  { state: 'waiting', title: 'Not delivered yet' },
] as const;

function Receivers({ receivers, now }: { receivers: readonly Receiver[]; now: number }) {
  if (receivers.length === 0) return <p>Nobody else has been in this room yet.</p>;
  return GROUPS.map(({ state, title }) => {
    const here = receivers.filter((receiver) => receiver.state === state);
    return here.length === 0 ? null : (
      <section key={state} aria-label={title}>
        <h3 className={styles.title}>{title}</h3>
        <ul className={styles.people}>
          {here.map((receiver) => (
            <li key={receiver.author} className={styles.person}>
              <Avatar id={receiver.author} name={receiver.confirmed ? receiver.name : '?'} size={32} />
              <span className={styles.name}>
                <AuthorName mine={false} name={receiver.name || 'Unknown device'} confirmed={receiver.confirmed} />
              </span>
              <span className={styles.when}>{timesOf(receiver, now)}</span>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}

function timesOf({ state, deliveredAt, readAt }: Receiver, now: number): string {
  const delivered = deliveredAt === null ? '' : `delivered ${whenWords(deliveredAt, now)}`;
  if (state !== 'read') return delivered;
  return [readAt === null ? '' : `read ${whenWords(readAt, now)}`, delivered]
    .filter((words) => words !== '')
    .join(', ');
}

/** `Today, 14:32`. */
const whenWords = (atMs: number, now: number): string => `${formatDay(atMs, now)}, ${formatClock(atMs)}`;
