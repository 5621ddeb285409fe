import { CircleStop } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { AppState, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { formatDuration, formatSize } from '../../ui/format.ts';
import { useMonotonicNow } from '../../ui/use-now.ts';
import styles from './recording-marks.module.css';
import { recordingWords } from './recording-words.ts';

const noParticipants: readonly ParticipantView[] = [];

/** Says that the own call is recorded, by oneself and by others: nobody is recorded without seeing it. */
export function RecordingMarks() {
  const recording = useApp((state) => state.callRecording);
  const participants = useApp(({ call, reach }) =>
    call.at === 'joined' ? (reach[call.roomId]?.participants ?? noParticipants) : noParticipants,
  );
  const words = recordingWords(participants.flatMap((each) => (each.inCall && each.recording ? [each.name] : [])));
  return recording || words ? (
    <div className={styles.marks}>
      {recording ? <OwnMark recording={recording} /> : null}
      {words ? (
        <p className={styles.mark}>
          <span className={styles.dot} aria-hidden="true" />
          {words}
        </p>
      ) : null}
    </div>
  ) : null;
}

function OwnMark({ recording }: { recording: NonNullable<AppState['callRecording']> }) {
  const { stopRecording } = useActions();
  const now = useMonotonicNow(1_000);
  if (recording.at !== 'running')
    return (
      <p className={styles.mark}>
        <span className={styles.dot} aria-hidden="true" />
        {recording.at === 'starting' ? 'The recording begins…' : 'The recording is being finished…'}
      </p>
    );
  return (
    <div className={styles.mark} role="group" aria-label="Your recording">
      <span className={styles.dot} aria-hidden="true" />
      <span>
        You record this call · <span className={styles.time}>{formatDuration(now - recording.since)}</span> ·{' '}
        <span className={styles.time}>{formatSize(recording.sizeBytes)}</span>
      </span>
      <Button look="danger" size="small" icon={CircleStop} onClick={() => stopRecording()}>
        Stop
      </Button>
    </div>
  );
}
