import type { RoomId } from '@parley/shared/protocol';
import { SendHorizontal, Trash2 } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import styles from './voice.module.css';
import { VoicePlayer } from './voice-player.tsx';

/** A recording that is on the disk and was not sent: it can be heard, sent or discarded, also after a restart. */
export function KeptVoice({ roomId, lifetimeMs }: { roomId: RoomId; lifetimeMs: number | null | undefined }) {
  const { sendKeptVoice, discardKeptVoice } = useActions();
  const isBusy = useApp((state) => state.recording?.roomId === roomId && state.recording.at !== 'refused');
  const sending = useApp((state) => state.sendingVoices);
  const file = useApp((state) =>
    state.files[roomId]?.find((each) => each.state === 'recorded' && each.held && !sending.includes(each.fileId)),
  );
  if (!file || isBusy) return null;
  return (
    <div className={styles.kept} role="group" aria-label="A recording that was not sent">
      <IconButton icon={Trash2} label="Discard the recording" tooltip={false} onClick={() => discardKeptVoice(file)} />
      <VoicePlayer file={file} />
      <Button
        className={styles.send}
        look="primary"
        size="small"
        icon={SendHorizontal}
        aria-label="Send the recording"
        onClick={() => void sendKeptVoice(file, lifetimeMs)}
      >
        Send
      </Button>
    </div>
  );
}
