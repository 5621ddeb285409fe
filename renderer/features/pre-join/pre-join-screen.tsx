import { BellOff, Camera, CameraOff, Image, Mic, MicOff, Phone, Volume2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Banner, Refused, SwitchField } from '../../ui/field.tsx';
import { countOf } from '../../ui/format.ts';
import { roomTitle } from '../connection-words.ts';
import { DeviceField } from '../device-field.tsx';
import { InviteButton } from '../invites/invite-button.tsx';
import { BackgroundField } from '../processing-fields.tsx';
import { PathTest } from '../quality/path-test.tsx';
import { liveWords, recordingWords } from '../stage/recording-words.ts';
import { VideoView } from '../stage/video-view.tsx';
import styles from './pre-join.module.css';

/** The preview of camera and sound before a call. Works with nothing plugged in. */
export function PreJoinScreen() {
  const actions = useActions();
  const screen = useApp((state) => state.screen);
  const call = useApp((state) => state.call);
  const rooms = useApp((state) => state.rooms);
  const reach = useApp((state) => state.reach);
  const profile = useApp((state) => state.settings.profile);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (screen.at !== 'pre-join' || call.at !== 'preparing') return null;

  const { preview } = call;
  const room = rooms.find((candidate) => candidate.roomId === screen.roomId);
  const others = reach[screen.roomId]?.participants ?? [];
  const running = reach[screen.roomId]?.call ?? null;
  const recording = recordingWords(others.flatMap((each) => (each.inCall && each.recording ? [each.name] : [])));
  const live = liveWords(others.flatMap((each) => (each.inCall && each.live ? [each.name] : [])));
  const name = profile?.displayName ?? profile?.username ?? 'You';

  const join = async () => {
    setBusy(true);
    const outcome = await actions.joinCall();
    setBusy(false);
    if (!outcome.ok) setRefusal(outcome.message);
  };

  return (
    <div className={styles.screen}>
      <div className={styles.content}>
        <div className={styles.preview}>
          {preview.stream && preview.camera ? (
            <VideoView
              stream={preview.stream}
              kind="camera"
              visible
              own
              box={{ width: 16, height: 9 }}
              label="Preview of your camera"
            />
          ) : (
            <div className={styles.absent}>
              <Avatar id="self" name={name} size={88} />
              <p>{preview.opening ? 'Opening your camera…' : 'Your camera is off'}</p>
            </div>
          )}
        </div>
        <form
          className={styles.panel}
          onSubmit={(event) => {
            event.preventDefault();
            void join();
          }}
        >
          <div>
            <h1>Ready to join?</h1>
            <p className={styles.lead}>
              {room ? roomTitle(room) : ''}
              {running ? ` · ${countOf(running.deviceIds.length, 'person', 'people')} in the call` : ''}
            </p>
          </div>
          {recording ? (
            <Banner tone="warning" role="status">
              {recording} If you join, you are recorded too.
            </Banner>
          ) : null}
          {live ? (
            <Banner tone="warning" role="status">
              {live} If you join, people outside the call see and hear you too.
            </Banner>
          ) : null}
          {room && !running && others.length === 0 ? (
            <div className={styles.next}>
              <p>Nobody else is in this room yet. Invite people now or from the call.</p>
              <InviteButton room={room} size="small" />
            </div>
          ) : null}
          <SwitchField
            label="Camera"
            icon={preview.camera ? <Camera aria-hidden="true" /> : <CameraOff aria-hidden="true" />}
            checked={preview.camera}
            onChange={(on) => actions.setPreviewCamera(on)}
          />
          <DeviceField kind="camera" quiet />
          <BackgroundField quiet icon={<Image aria-hidden="true" />} />
          <SwitchField
            label="Microphone"
            icon={preview.microphone ? <Mic aria-hidden="true" /> : <MicOff aria-hidden="true" />}
            checked={preview.microphone}
            onChange={(on) => actions.setPreviewMicrophone(on)}
          />
          <Level />
          <DeviceField kind="microphone" quiet />
          <DeviceField kind="speaker" quiet icon={<Volume2 aria-hidden="true" />} />
          {running ? null : (
            <SwitchField
              label="Start without ringing"
              icon={<BellOff aria-hidden="true" />}
              hint="The others see the call in the room and join when they like."
              checked={preview.quiet}
              onChange={(on) => actions.setPreviewQuiet(on)}
            />
          )}
          {[preview.cameraTrouble, preview.microphoneTrouble].map((trouble) =>
            trouble ? (
              <Banner key={trouble.code} tone="warning" role="status">
                {trouble.message}
              </Banner>
            ) : null,
          )}
          {room ? <PathTest host={room.host} reach={reach[screen.roomId]} preview={preview} /> : null}
          {refusal ? <Refused>{refusal}</Refused> : null}
          <div className={styles.actions}>
            <Button look="quiet" size="large" onClick={() => actions.cancelPrepare()}>
              Cancel
            </Button>
            <Button look="primary" size="large" type="submit" icon={Phone} busy={busy}>
              {running ? 'Join call' : 'Start call'}
            </Button>
          </div>
        </form>
      </div>
    </div>
  );
}

/** How loud the microphone hears: moves before anybody else can listen. */
function Level() {
  const { onMicrophoneLevel } = useActions();
  const [level, setLevel] = useState(0);
  useEffect(() => onMicrophoneLevel(setLevel), [onMicrophoneLevel]);
  return (
    <meter className={styles.level} aria-label="Microphone level" min={0} max={1} value={level}>
      {Math.round(level * 100)} %
    </meter>
  );
}
