import { type HistoryItem, type MessageCall, messageKey } from '@parley/shared/model';
import type { CallId } from '@parley/shared/protocol';
import { Phone } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { formatClock } from '../../ui/format.ts';
import { CallLine, callWords, isMissed } from '../call-line.tsx';
import { authorWords } from '../connection-words.ts';
import { HowItWent } from '../quality/how-it-went.tsx';
import styles from './call-row.module.css';
import { TimerMark } from './timer-mark.tsx';

type CallRowProps = {
  item: HistoryItem;
  call: MessageCall;
  focused: boolean;
  /** Its number in the room from 1 and how many there are, where both are known. */
  position: number | null;
  total: number;
};

/** A call among the messages: it can be joined while it runs, and rung back where it was missed. */
export function CallRow({ item, call, focused, position, total }: CallRowProps) {
  const { prepareCall } = useActions();
  const { roomId } = item;
  const runningId = useApp((state) => state.reach[roomId]?.call?.callId ?? null);
  const isInCall = useApp(({ call: own }) => own.at === 'joined');
  const isOwn = useApp(({ call: own }) => own.at === 'joined' && (own.callId as string) === item.id);
  const running = runningId !== null && runningId === (item.id as string);
  // A call that was missed is answered with a new one, unless one runs here already.
  const canRing = !item.deleted && !isInCall && (running || (runningId === null && isMissed(call, false)));
  const words = item.deleted ? `A call of ${authorWords(item)}, deleted` : callWords(item, call, running);
  return (
    <article
      className={styles.call}
      data-message={messageKey(item)}
      data-focused={focused || undefined}
      // The arrow keys bring the focus here.
      tabIndex={-1}
      aria-posinset={position ?? undefined}
      aria-setsize={position === null ? undefined : total}
      aria-label={`${words}, ${formatClock(item.sentAt)}`}
    >
      <span className={styles.words}>
        {item.deleted ? <em>A call was deleted.</em> : <CallLine by={item} call={call} running={running} />}
      </span>
      {item.lifetimeMs === undefined ? null : <TimerMark lifetimeMs={item.lifetimeMs} />}
      <time className={styles.time} dateTime={new Date(item.sentAt).toISOString()}>
        {formatClock(item.sentAt)}
      </time>
      {canRing ? (
        <Button look={running ? 'primary' : 'plain'} size="small" icon={Phone} onClick={() => prepareCall(roomId)}>
          {running ? 'Join' : 'Call back'}
        </Button>
      ) : null}
      {call.timeline && !item.deleted && !isOwn ? (
        <HowItWent roomId={roomId} callId={item.id as unknown as CallId} />
      ) : null}
    </article>
  );
}
