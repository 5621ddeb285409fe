import type { HistoryItem, MessageCall } from '@parley/shared/model';
import { Phone, PhoneMissed } from 'lucide-react';
import { formatLength } from '../ui/format.ts';
import { AuthorName } from './author-name.tsx';
import styles from './call-line.module.css';
import { authorWords } from './connection-words.ts';

type Starter = Pick<HistoryItem, 'mine' | 'name' | 'confirmed'>;

/** Whether it is to be shown as missed: not while it runs, for it can still be joined. */
export const isMissed = (call: MessageCall, running: boolean): boolean => call.missed && !running;

/** A call in one line: whether it was missed, who started it and how long it took. */
export function CallLine({ by, call, running }: { by: Starter; call: MessageCall; running: boolean }) {
  const missed = isMissed(call, running);
  const Icon = missed ? PhoneMissed : Phone;
  return (
    <>
      <Icon className={styles.icon} data-missed={missed || undefined} aria-hidden="true" />
      <span className={missed ? styles.missed : undefined}>
        {missed ? (
          <>
            Missed call from <AuthorName {...by} />
          </>
        ) : (
          <>
            <AuthorName {...by} /> started a call
          </>
        )}
        {missed || running || call.lengthMs === null ? null : (
          <>
            {' · '}
            <span aria-hidden="true">{formatLength(call.lengthMs, 'short')}</span>
            <span className="visually-hidden">{formatLength(call.lengthMs, 'long')}</span>
          </>
        )}
      </span>
    </>
  );
}

/** The same where there is only text. */
export function callWords(by: Starter, call: MessageCall, running: boolean): string {
  if (isMissed(call, running)) return `Missed call from ${authorWords(by)}`;
  const length = running || call.lengthMs === null ? '' : `, ${formatLength(call.lengthMs, 'long')}`;
  return `${authorWords(by)} started a call${length}`;
}
