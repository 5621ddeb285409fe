import { changeWords, isolated, type RoomChange } from '@parley/shared/model';
import { Pencil, Timer } from 'lucide-react';
import { formatClock } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './room-change-rows.module.css';

/** The changes of the room's timer and of its name at one place. */
export function RoomChangeRows({ changes }: { changes: readonly RoomChange[] }) {
  return changes.map((change) => {
    const Icon = change.kind === 'timer' ? Timer : Pencil;
    const { words, given } = changeWords(change);
    return (
      <p key={`${change.author}.${change.id}`} className={styles.change}>
        <Icon aria-hidden="true" />
        <span>
          {change.mine ? 'You' : isolated(authorWords(change))} {words}
          {given === undefined ? '' : ` “${isolated(given)}”`}
        </span>
        <time dateTime={new Date(change.sentAt).toISOString()}>{formatClock(change.sentAt)}</time>
      </p>
    );
  });
}
