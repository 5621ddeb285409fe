import type { PeerStanding } from '@parley/shared/model';
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { standingWords } from '../connection-words.ts';
import styles from './standing-mark.module.css';

const icons = { new: ShieldQuestion, pinned: ShieldQuestion, verified: ShieldCheck, changed: ShieldAlert } as const;

/** How far a device is trusted, by shape and word. */
export function StandingMark({ standing }: Pick<PeerStanding, 'standing'>) {
  const { word, sentence } = standingWords[standing];
  const Icon = icons[standing];
  return (
    <span className={styles.standing} data-standing={standing} title={sentence}>
      <Icon aria-hidden="true" /> {word}
    </span>
  );
}
