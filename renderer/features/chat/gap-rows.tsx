import { type HistoryGap, isolated } from '@parley/shared/model';
import { CircleDashed } from 'lucide-react';
import { formatNumber } from '../../ui/format.ts';
import { authorWords } from '../connection-words.ts';
import styles from './gap-rows.module.css';

/** The entries that are missing at one place. */
export function GapRows({ gaps }: { gaps: readonly HistoryGap[] }) {
  return gaps.map((gap) => (
    <p key={`${gap.author}.${gap.first}`} className={styles.gap}>
      <CircleDashed aria-hidden="true" />
      <span>{gapWords(gap)}</span>
    </p>
  ));
}

/** Some of the missing entries may be changes to messages, so their number is only the most that it can be. */
function gapWords(gap: HistoryGap): string {
  const count = gap.last - gap.first + 1;
  const by = gap.mine ? 'you' : isolated(authorWords(gap));
  return count === 1
    ? `A message or reaction from ${by} is missing. It will come when somebody who has it is here.`
    : `Up to ${formatNumber(count)} messages from ${by} are missing. They will come when somebody who has them is here.`;
}
