import type { LucideIcon } from 'lucide-react';
import { Hand, Mic, MicOff, MonitorUp, MonitorX, PhoneOff, SlidersHorizontal, Video, VideoOff } from 'lucide-react';
import { useId } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { OwnMedia } from '../../stores/state.ts';
import { classNames } from '../../ui/class-names.ts';
import { formatDuration } from '../../ui/format.ts';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useMonotonicNow } from '../../ui/use-now.ts';
import { DeviceField } from '../device-field.tsx';
import { useShortcuts } from '../keys.ts';
import { BackgroundField, SoundFields } from '../processing-fields.tsx';
import { OwnTroubleHint } from '../quality/own-trouble-hint.tsx';
import styles from './call-bar.module.css';
import { ReactionMenu } from './reaction-menu.tsx';
import { RecordMenu } from './record-menu.tsx';
import { RecordingMarks } from './recording-marks.tsx';
import { ViewMenu } from './view-menu.tsx';

type ControlProps = {
  icon: LucideIcon;
  /** The whole name, which says what a press does. */
  label: string;
  word: string;
  shortcut: string;
  look?: 'off' | 'on' | 'leave';
  onClick: () => void;
};

/** The state is told by shape and word; colour only repeats it. */
export function CallBar({ media, since }: { media: OwnMedia; since: number }) {
  const actions = useActions();
  const shortcuts = useShortcuts();
  const muted = media.microphone !== 'live';
  return (
    <div className={styles.area}>
      <Hint>{media.talkingWhileMuted ? `You are muted. Press ${shortcuts.mute} or hold Space to speak.` : null}</Hint>
      <Hint>{media.cameraTrouble?.message ?? media.microphoneTrouble?.message ?? null}</Hint>
      <RecordingMarks />
      <OwnTroubleHint className={styles.hint} />
      <Elapsed since={since} />
      <div className={styles.bar} role="toolbar" aria-label="Call controls">
        <Control
          icon={muted ? MicOff : Mic}
          label={muted ? 'Unmute' : 'Mute'}
          word={muted ? 'Unmute' : 'Mute'}
          shortcut={shortcuts.mute}
          {...(muted ? { look: 'off' as const } : {})}
          onClick={() => actions.toggleMicrophone()}
        />
        <Control
          icon={media.camera ? Video : VideoOff}
          label={media.camera ? 'Turn camera off' : 'Turn camera on'}
          word="Camera"
          shortcut={shortcuts.camera}
          {...(media.camera ? {} : { look: 'off' as const })}
          onClick={() => actions.toggleCamera()}
        />
        <Control
          icon={media.screen ? MonitorX : MonitorUp}
          label={media.screen ? 'Stop sharing' : 'Share screen'}
          word={media.screen ? 'Stop' : 'Share'}
          shortcut={shortcuts.share}
          {...(media.screen ? { look: 'on' as const } : {})}
          onClick={() => actions.toggleScreen()}
        />
        <Control
          icon={Hand}
          label={media.hand ? 'Lower hand' : 'Raise hand'}
          word={media.hand ? 'Lower' : 'Hand'}
          shortcut={shortcuts.hand}
          {...(media.hand ? { look: 'on' as const } : {})}
          onClick={() => actions.toggleHand()}
        />
        <ReactionMenu />
        <RecordMenu />
        <ViewMenu />
        <Devices />
        <span className={styles.gap} />
        <Control
          icon={PhoneOff}
          label="Leave"
          word="Leave"
          shortcut={shortcuts.leave}
          look="leave"
          onClick={() => actions.leaveCall()}
        />
      </div>
    </div>
  );
}

/** A sentence above the buttons. Always there, so that one that comes into it is read out. */
function Hint({ children }: { children: string | null }) {
  return (
    <p className={children ? styles.hint : 'visually-hidden'} role="status">
      {children}
    </p>
  );
}

function Elapsed({ since }: { since: number }) {
  const now = useMonotonicNow(1_000);
  const isHidden = useApp((state) => state.settings.privacy.relayOnly);
  return (
    <p className={styles.time}>
      <span className="visually-hidden">The call runs for </span>
      {formatDuration(now - since)}
      {isHidden ? <span title="Everything goes through a relay"> · address hidden</span> : null}
    </p>
  );
}

/** Other devices without leaving the call. The browser's own popover: Escape and a press elsewhere close it. */
function Devices() {
  const id = useId();
  return (
    <>
      <button type="button" className={styles.control} aria-label="Choose devices" popoverTarget={id}>
        <SlidersHorizontal aria-hidden="true" />
        <span className={styles.word} aria-hidden="true">
          Devices
        </span>
      </button>
      <div id={id} popover="auto" role="group" aria-label="Devices" className={styles.devices}>
        <DeviceField kind="camera" />
        <BackgroundField />
        <DeviceField kind="microphone" />
        <SoundFields />
        <DeviceField kind="speaker" />
      </div>
    </>
  );
}

function Control({ icon: Icon, label, word, shortcut, look, onClick }: ControlProps) {
  return (
    <Tooltip label={label} shortcut={shortcut} side="top">
      <button
        type="button"
        className={classNames(styles.control, look ? styles[look] : undefined)}
        aria-label={label}
        onClick={onClick}
      >
        <Icon aria-hidden="true" />
        <span className={styles.word} aria-hidden="true">
          {word}
        </span>
      </button>
    </Tooltip>
  );
}
