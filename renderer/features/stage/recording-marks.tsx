import { CircleStop, Radio } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { AppState, CallLive, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { formatDuration, formatSize } from '../../ui/format.ts';
import { useMonotonicNow } from '../../ui/use-now.ts';
import styles from './recording-marks.module.css';
import { liveWords, recordingWords } from './recording-words.ts';

const noParticipants: readonly ParticipantView[] = [];

/** Says that the own call is recorded or shown live, by oneself and by others: nobody is without seeing it. */
export function RecordingMarks() {
  const recording = useApp((state) => state.callRecording);
  const live = useApp((state) => state.callLive);
  const participants = useApp(({ call, reach }) =>
    call.at === 'joined' ? (reach[call.roomId]?.participants ?? noParticipants) : noParticipants,
  );
  const recorded = recordingWords(participants.flatMap((each) => (each.inCall && each.recording ? [each.name] : [])));
  const shown = liveWords(participants.flatMap((each) => (each.inCall && each.live ? [each.name] : [])));
  return recording || live || recorded || shown ? (
    <div className={styles.marks}>
      {recording ? <OwnMark recording={recording} /> : null}
      {live ? <OwnLiveMark live={live} /> : null}
      {recorded ? (
        <p className={styles.mark}>
          <span className={styles.dot} aria-hidden="true" />
          {recorded}
        </p>
      ) : null}
      {shown ? (
        <p className={styles.mark}>
          <Radio className={styles.waves} aria-hidden="true" />
          {shown}
        </p>
      ) : null}
    </div>
  ) : null;
}

/** The receiver that has the call, or how it goes with it. */
function OwnLiveMark({ live }: { live: CallLive }) {
  const { stopLive } = useActions();
  const now = useMonotonicNow(1_000);
  return (
    <div className={styles.mark} role="group" aria-label="Your live call">
      <Radio className={styles.waves} aria-hidden="true" />
      <span>
        {live.at === 'connecting' ? 'Going live at ' : live.at === 'live' ? 'You are live at ' : 'Coming back to '}
        <bdi className={styles.host}>{live.host}</bdi>
        {live.at === 'live' ? (
          <>
            {' '}
            · <span className={styles.time}>{formatDuration(now - live.since)}</span>
          </>
        ) : (
          '…'
        )}
      </span>
      <Button look="danger" size="small" icon={CircleStop} onClick={() => stopLive()}>
        Stop
      </Button>
    </div>
  );
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
