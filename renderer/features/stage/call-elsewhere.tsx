import { Mic, MicOff, Phone, PhoneOff } from 'lucide-react';
import { Fragment } from 'react';
import { voiceVolume } from '../../stores/for-oneself.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { OwnCall, ParticipantView } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { formatDuration } from '../../ui/format.ts';
import { useMonotonicNow } from '../../ui/use-now.ts';
import { roomTitle } from '../connection-words.ts';
import styles from './call-elsewhere.module.css';
import { useCallKeys } from './call-keys.ts';
import { RecordingMarks } from './recording-marks.tsx';
import { Sound } from './sound.tsx';

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
  const evenedVoices = useApp((state) => state.evenedVoices);
  const now = useMonotonicNow(1_000);
  const muted = call.microphone !== 'live';
  // A room's screen listens to the keys already.
  useCallKeys(!inRoom, false);

  return (
    <section className={styles.bar} aria-label="Your call">
      {participants.flatMap((each) =>
        [
          { stream: each.cameraStream, evened: evenedVoices[each.sess], volume: voiceVolume(each) },
          { stream: each.screenStream, volume: each.screenVolume },
        ].map(({ stream, evened, volume }) =>
          each.inCall && stream ? (
            <Fragment key={`${each.sess}/${stream.id}`}>
              <Sound stream={stream} volume={volume} muted={evened !== undefined} />
              {evened ? <Sound stream={evened} volume={volume} /> : null}
            </Fragment>
          ) : null,
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
