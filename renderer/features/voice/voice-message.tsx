import type { HistoryItem, Voice } from '@parley/shared/model';
import { useEffect } from 'react';
import { isFromHere } from '../../stores/actions/entries.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import styles from './voice.module.css';
import { VoicePlayer } from './voice-player.tsx';
import { spokenDuration, timeWords } from './voice-words.ts';
import { Waveform } from './waveform.tsx';

/** A voice message where it stands in the conversation. */
export function VoiceMessage({ item, voice }: { item: HistoryItem; voice: Voice }) {
  const { learnFile } = useActions();
  const file = useApp((state) => state.files[item.roomId]?.find(({ fileId }) => fileId === (item.id as string)));
  const isUnknown = file === undefined;
  // The app may have been closed between the message and the note of its recording.
  useEffect(() => {
    if (isUnknown) learnFile(item);
  }, [isUnknown, learnFile, item]);
  return (
    <div className={styles.voice} role="group" aria-label={`Voice message, ${spokenDuration(voice.durationMs)}`}>
      {file?.voice ? <VoicePlayer file={file} /> : <UnknownVoice voice={voice} mine={isFromHere(item)} />}
    </div>
  );
}

/** One that this computer has no note of: an own one from before the profile was restored, or one too many. */
function UnknownVoice({ voice, mine }: { voice: Voice; mine: boolean }) {
  return (
    <div className={styles.track}>
      <Waveform levels={voice.levels} durationMs={voice.durationMs} positionMs={0} disabled onSeek={() => {}} />
      <p className={styles.under}>
        <span className={styles.time}>{timeWords(null, voice.durationMs)}</span>
        <span>{mine ? 'Not on this computer any more' : 'Not loaded'}</span>
      </p>
    </div>
  );
}
