import { LoaderCircle, Pause, Play } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { FileNow, VoiceSpeed } from '../../stores/state.ts';
import { IconButton } from '../../ui/button.tsx';
import styles from './voice.module.css';
import { isPlayable, loadWords, timeWords } from './voice-words.ts';
import { Waveform } from './waveform.tsx';

const NEXT_SPEED: Record<VoiceSpeed, VoiceSpeed> = { 1: 1.5, 1.5: 2, 2: 1 };

/** Plays one recording: from a place that is chosen, at a speed that is chosen. */
export function VoicePlayer({ file }: { file: FileNow }) {
  const { playVoice, pauseVoice, seekVoice, setVoiceSpeed } = useActions();
  const playing = useApp((state) => (state.playing?.fileId === file.fileId ? state.playing : null));
  const speed = useApp((state) => state.voiceSpeed);
  const { levels = [], durationMs = 0 } = file.voice ?? {};
  const isGoing = playing?.at === 'playing' || playing?.at === 'loading';
  const words = loadWords(file, playing);
  const mayPlay = isPlayable(file);
  return (
    <div className={styles.player}>
      <IconButton
        className={styles.play}
        icon={playing?.at === 'loading' ? LoaderCircle : isGoing ? Pause : Play}
        look="primary"
        label={isGoing ? 'Pause' : 'Play'}
        tooltip={false}
        data-loading={playing?.at === 'loading' || undefined}
        disabled={!mayPlay}
        onClick={() => (isGoing ? pauseVoice() : playVoice(file))}
      />
      <div className={styles.track}>
        <Waveform
          levels={levels}
          durationMs={durationMs}
          positionMs={playing?.positionMs ?? 0}
          disabled={!mayPlay}
          onSeek={(toMs) => seekVoice(file, toMs)}
        />
        <p className={styles.under}>
          <span className={styles.time}>{timeWords(playing, durationMs)}</span>
          {/* Its place stays, so that what comes into it is said. */}
          <span role="status">{words}</span>
        </p>
      </div>
      <button
        type="button"
        className={styles.speed}
        aria-label={`Speed ${speed} times`}
        onClick={() => setVoiceSpeed(NEXT_SPEED[speed])}
      >
        {`${speed}×`}
      </button>
    </div>
  );
}
