import type { ErrorCode } from '@parley/shared/protocol';
import type { Unstored } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import styles from './actions.module.css';

const WHY: Partial<Record<ErrorCode, string>> = {
  'disk-full': 'The disk is full.',
  'disk-read-only': 'Parley cannot write to its folder.',
  'history-locked': 'Another program is using the message store.',
};
const SLOW = 'The disk is slow to answer.';
const WHAT: Record<Unstored['what'], string> = {
  message: 'Your message is kept here and sent as soon as it can be stored.',
  recording: 'Your recording is kept here and stored as soon as it can be.',
  change: 'Your change waits and is made as soon as it can be stored.',
};

/** Says that a message, or a change of one, waits for the disk, and lets the person have it back. */
export function WaitingBar({ unstored, takeBack }: { unstored: Unstored; takeBack: () => void }) {
  return (
    <div className={styles.bar}>
      <span className={styles.quote}>
        <strong role="status">{`${WHY[unstored.refusal.code] ?? SLOW} ${WHAT[unstored.what]}`}</strong>
        <span dir="auto">{unstored.text}</span>
      </span>
      <Button look="plain" size="small" onClick={takeBack}>
        {unstored.what === 'recording' ? 'Discard' : 'Take back'}
      </Button>
    </div>
  );
}
