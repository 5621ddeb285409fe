import type { RoomId } from '@parley/shared/protocol';
import { X } from 'lucide-react';
import { useActions } from '../../stores/react.tsx';
import type { Composing } from '../../stores/state.ts';
import { IconButton } from '../../ui/button.tsx';
import { withoutMarks } from '../../ui/marks.ts';
import { authorWords } from '../connection-words.ts';
import styles from './actions.module.css';

/** Says what the field is for while it is not for a new message. */
export function ComposingBar({ roomId, composing }: { roomId: RoomId; composing: Composing }) {
  const { stopComposing } = useActions();
  const { kind, of } = composing;
  const label = kind === 'edit' ? 'Editing your message' : `Answering ${authorWords(of)}`;
  return (
    <div className={styles.bar} role="status">
      <span className={styles.quote}>
        <strong dir="auto">{label}</strong>
        <span dir="auto">{withoutMarks(of.text)}</span>
      </span>
      <IconButton
        icon={X}
        tooltip={false}
        label={kind === 'edit' ? 'Leave the message as it was' : 'Do not answer it'}
        onClick={() => stopComposing(roomId)}
      />
    </div>
  );
}
