import type { LucideIcon } from 'lucide-react';
import styles from './room.module.css';

/** A sentence about the room with an icon; empty for none. Always there, so that a sentence that comes into it is read out. */
export function StatusWords({ icon: Icon, words }: { icon: LucideIcon; words: string | null }) {
  return (
    <p className={styles.troubleWords} role="status">
      {words ? <Icon aria-hidden="true" /> : null}
      <span>{words}</span>
    </p>
  );
}
