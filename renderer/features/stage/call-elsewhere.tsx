import { Mic, MicOff, Phone, PhoneOff } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { voiceVolume } from '../../stores/for-oneself.ts';
import { useActions, useApp, useLog } from '../../stores/react.tsx';
import type { OwnCall, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { useMonotonicNow } from '../../ui/use-now.ts';
import { roomTitle } from '../connection-words.ts';
import styles from './call-elsewhere.module.css';
import { useCallKeys } from './call-keys.ts';
import { chooseSpeaker, playElement } from './media-element.ts';
import { RecordingMarks } from './recording-marks.tsx';

const noParticipants: readonly ParticipantView[] = [];

/** The call while another screen is looked at: it is still heard, and it can be muted, left and returned to. */
export function CallElsewhere() {
  const call = useApp((state) => state.call);
  const roomId = useApp((state) => (state.screen.at === 'room' ? state.screen.roomId : null));
  return call.at === 'joined' && call.roomId !== roomId ? <Elsewhere call={call} inRoom={roomId !== null} /> : null;
}

function Elsewhere({ call, inRoom }: { call: Extract<OwnCall, { at: 'joined' }>; inRoom: boolean }) {
  const actions = useActions();
  const room = useApp((state) => state.rooms.find((one) => one.roomId === call.roomId));
  const participants = useApp((state) => state.reach[call.roomId]?.participants ?? noParticipants);
  const now = useMonotonicNow(1_000);
  const muted = call.microphone !== 'live';
  // A room's screen listens to the keys already.
  useCallKeys(!inRoom, false);

  return (
    <section className={styles.bar} aria-label="Your call">
      {participants.flatMap((each) =>
        [
          { stream: each.cameraStream, volume: voiceVolume(each) },
          { stream: each.screenStream, volume: each.screenVolume },
        ].map(({ stream, volume }) =>
          each.inCall && stream ? <Sound key={`${each.sess}/${stream.id}`} stream={stream} volume={volume} /> : null,
        ),
      )}
      <p className={styles.text}>
        <span className={styles.live} aria-hidden="true" />
        <span>
          You are in a call in{' '}
          <strong>
            <bdi>{room ? roomTitle(room) : 'a room'}</bdi>
          </strong>
        </span>
        <span className={styles.time}>{formatDuration(now - call.since)}</span>
      </p>
      <RecordingMarks />
      <Button look="quiet" size="small" icon={muted ? MicOff : Mic} onClick={() => actions.toggleMicrophone()}>
        {muted ? 'Unmute' : 'Mute'}
      </Button>
      <Button look="primary" size="small" icon={Phone} onClick={() => actions.openRoom(call.roomId)}>
        Back to the call
      </Button>
      <Button look="danger" size="small" icon={PhoneOff} onClick={() => actions.leaveCall()}>
        Leave
      </Button>
    </section>
  );
}

/** One stream's sound without its picture. */
function Sound({ stream, volume }: { stream: MediaStream; volume: number }) {
  const speakerId = useApp((state) => state.settings.devices.speakerId);
  const log = useLog();
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return undefined;
    audio.srcObject = stream;
    void playElement(audio, log);
    return () => {
      audio.srcObject = null;
    };
  }, [stream, log]);
  useEffect(() => {
    if (ref.current) ref.current.volume = volume;
  }, [volume]);
  useEffect(() => {
    const audio = ref.current;
    if (audio && 'setSinkId' in audio) void chooseSpeaker(audio, speakerId, log);
  }, [speakerId, log]);
  // biome-ignore lint/a11y/useMediaCaption: people who talk have no caption track
  return <audio ref={ref} autoPlay />;
}
