import { Signal, SignalMedium, TriangleAlert } from 'lucide-react';
import type { LinkQuality } from '../../stores/state.ts';
import styles from './quality.module.css';
import { qualityWords } from './quality-words.ts';

const icons = { good: Signal, fair: SignalMedium, poor: TriangleAlert, unknown: Signal } as const;

/** The level of a connection as a shape; its words are for the pointer and for screen readers. */
export function QualityMark({ quality, sentence }: { quality: LinkQuality; sentence: string }) {
  const Icon = icons[quality.level];
  return (
    <span className={styles.mark} data-level={quality.level} title={sentence}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{qualityWords(quality)}</span>
    </span>
  );
}
