import type { ParticipantView } from '../../stores/state.ts';
import styles from './quality.module.css';
import { QualityMark } from './quality-mark.tsx';
import { causeWords, qualitySentence } from './quality-words.ts';

/** A tile of this width has room for words beside a name. */
const WORDS_FROM_PX = 300;

/** The quality of a connection in the caption of a tile. A poor one says its cause where there is room. */
export function TileQuality({ participant, width }: { participant: ParticipantView; width: number }) {
  const { quality } = participant;
  if (quality.level === 'unknown') return null;
  return (
    <span className={styles.onPicture}>
      <QualityMark quality={quality} sentence={qualitySentence(participant)} />
      {quality.level === 'poor' && width >= WORDS_FROM_PX ? (
        <span className={styles.words} aria-hidden="true">
          {causeWords[quality.cause.kind]}
        </span>
      ) : null}
    </span>
  );
}
