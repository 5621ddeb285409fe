import { isolated, type TimerChange, timerWords } from '@parley/shared/model';
import { Timer } from 'lucide-react';
import { formatClock } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './timer-rows.module.css';

/** The changes of the room's timer at one place. */
export function TimerRows({ timers }: { timers: readonly TimerChange[] }) {
  return timers.map((timer) => (
    <p key={`${timer.author}.${timer.id}`} className={styles.timer} role="note">
      <Timer aria-hidden="true" />
      <span>
        {timer.mine ? 'You' : isolated(authorWords(timer))} {timerWords(timer.lifetimeMs)}
      </span>
      <time dateTime={new Date(timer.sentAt).toISOString()}>{formatClock(timer.sentAt)}</time>
    </p>
  ));
}
