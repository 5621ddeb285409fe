import type { HistoryItem } from '@parley/shared/model';
import styles from './author-name.module.css';
import { UNCONFIRMED } from './connection-words.ts';

/** The author of something, with a mark where only the message itself says so. */
export function AuthorName({ mine, name, confirmed }: Pick<HistoryItem, 'mine' | 'name' | 'confirmed'>) {
  if (mine) return 'You';
  return (
    <>
      {/* A name that runs the other way must not move the mark. */}
      <bdi>{name}</bdi>
      {confirmed ? null : (
        <>
          {' '}
          <span className={styles.mark} title={UNCONFIRMED.sentence}>
            {UNCONFIRMED.word}
          </span>
        </>
      )}
    </>
  );
}
