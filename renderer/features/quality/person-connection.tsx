import { isolated } from '@parley/shared/model';
import { Activity } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import styles from './quality.module.css';
import { QualityMark } from './quality-mark.tsx';
import { qualitySentence } from './quality-words.ts';

/** Whether that participant is in the call that this person is in. */
const useIsInOwnCall = (participant: ParticipantView): boolean =>
  useApp(
    ({ call, reach }) =>
      participant.inCall && call.at === 'joined' && reach[call.roomId]?.participants.includes(participant) === true,
  );

/** How the connection to somebody in the own call is, in the list of people. */
export function PersonConnection({ participant }: { participant: ParticipantView }) {
  const isInOwnCall = useIsInOwnCall(participant);
  if (!isInOwnCall || participant.quality.level === 'unknown') return null;
  const sentence = qualitySentence(participant);
  return (
    <p className={styles.inPeople}>
      <QualityMark quality={participant.quality} sentence={sentence} /> {sentence}
    </p>
  );
}

/** Opens the connections of the own call at that person. */
export function PersonConnectionButton({ participant }: { participant: ParticipantView }) {
  const { showConnections } = useActions();
  if (!useIsInOwnCall(participant)) return null;
  return (
    <Button
      size="small"
      icon={Activity}
      aria-label={`Connection to ${isolated(participant.name)}`}
      onClick={() => showConnections(participant.sess)}
    >
      Connection
    </Button>
  );
}
