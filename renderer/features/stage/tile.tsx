import { isolated } from '@parley/shared/model';
import { Hand, MicOff, Pin, PinOff, Signal, SignalMedium, TriangleAlert, Volume2 } from 'lucide-react';
import type { CSSProperties } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { OwnMedia, ParticipantView } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classNames } from '../../ui/class-names.ts';
import { qualityWords } from '../connection-words.ts';
import type { StageBox } from './layout.ts';
import styles from './stage.module.css';
import { VideoView } from './video-view.tsx';

type TileProps = { box: StageBox; pinned: boolean; onPin: () => void };
type ParticipantTileProps = TileProps & { participant: ParticipantView; kind: 'camera' | 'screen' };

const qualityIcons = { good: Signal, fair: SignalMedium, poor: TriangleAlert, unknown: Signal } as const;

const placeOf = ({ x, y, width, height }: StageBox): CSSProperties => ({
  transform: `translate(${Math.round(x)}px, ${Math.round(y)}px)`,
  width: Math.round(width),
  height: Math.round(height),
});

/** Somebody else's camera or screen. */
export function ParticipantTile({ box, participant, kind, pinned, onPin }: ParticipantTileProps) {
  const { setVolume } = useActions();
  const speakerId = useApp((state) => state.settings.devices.speakerId);
  const { name, speaking, microphone, hand, quality, link, camera } = participant;
  const stream = kind === 'camera' ? participant.cameraStream : participant.screenStream;
  const visible = kind === 'screen' || camera;
  const label = kind === 'screen' ? `${isolated(name)}'s screen` : name;
  const QualityIcon = qualityIcons[quality];
  return (
    <div
      role="group"
      aria-label={label}
      data-sess={participant.sess}
      data-kind={kind}
      className={classNames(styles.tile, speaking && kind === 'camera' && styles.speaking, styles[box.role])}
      style={placeOf(box)}
    >
      {visible ? null : <Absent id={participant.person ?? participant.deviceId} name={name} box={box} />}
      {stream ? (
        <VideoView
          stream={stream}
          kind={kind}
          visible={visible}
          own={false}
          volume={participant.volume}
          speakerId={speakerId}
          box={box}
          label={`${label}, picture`}
        />
      ) : null}
      <ConnectionTrouble link={link} name={name} />
      <div className={styles.caption}>
        {microphone !== 'live' && kind === 'camera' ? <Mark icon={MicOff} word="Muted" /> : null}
        <span className={styles.name}>
          <bdi>{label}</bdi>
        </span>
        {hand && kind === 'camera' ? <Mark icon={Hand} word="Hand raised" /> : null}
        {quality === 'unknown' || kind === 'screen' ? null : (
          <Mark icon={QualityIcon} word={qualityWords[quality]} tone={quality} />
        )}
      </div>
      <div className={styles.tools}>
        {kind === 'camera' ? (
          <label className={styles.volume}>
            <Volume2 aria-hidden="true" />
            <input
              type="range"
              aria-label={`Volume of ${name}`}
              min={0}
              max={1}
              step={0.05}
              value={participant.volume}
              onChange={(event) => setVolume(participant.deviceId, Number(event.target.value))}
            />
          </label>
        ) : null}
        <PinButton pinned={pinned} label={label} onPin={onPin} />
      </div>
    </div>
  );
}

/** Says what happens while nothing can come from somebody. Always there, so that a sentence that comes into it is read out. */
function ConnectionTrouble({ link, name }: Pick<ParticipantView, 'link' | 'name'>) {
  const isTroubled = link === 'interrupted' || link === 'opening';
  return (
    <p className={isTroubled ? styles.interrupted : undefined} role="status">
      {link === 'interrupted' ? (
        <span>
          The connection to <bdi>{name}</bdi> is interrupted. Trying again…
        </span>
      ) : null}
      {link === 'opening' ? (
        <span>
          The connection to <bdi>{name}</bdi> was lost. Making a new one…
        </span>
      ) : null}
    </p>
  );
}

/** One's own camera or screen. */
export function OwnTile({
  box,
  kind,
  media,
  pinned,
  onPin,
}: TileProps & { kind: 'camera' | 'screen'; media: OwnMedia }) {
  const profile = useApp((state) => state.settings.profile);
  const stream = kind === 'camera' ? media.cameraStream : media.screenStream;
  const visible = kind === 'screen' || media.camera;
  const label = kind === 'screen' ? 'Your screen' : 'You';
  return (
    <div
      role="group"
      aria-label={label}
      data-sess="self"
      data-kind={kind}
      className={classNames(styles.tile, media.speaking && kind === 'camera' && styles.speaking, styles[box.role])}
      style={placeOf(box)}
    >
      {visible ? null : <Absent id="self" name={profile?.displayName ?? profile?.username ?? 'You'} box={box} />}
      {stream && visible ? (
        <VideoView stream={stream} kind={kind} visible own box={box} label={`${label}, picture`} />
      ) : null}
      <div className={styles.caption}>
        {media.microphone !== 'live' && kind === 'camera' ? <Mark icon={MicOff} word="Muted" /> : null}
        <span className={styles.name}>
          <bdi>{label}</bdi>
        </span>
        {media.hand && kind === 'camera' ? <Mark icon={Hand} word="Hand raised" /> : null}
      </div>
      <div className={styles.tools}>
        <PinButton pinned={pinned} label={label} onPin={onPin} />
      </div>
    </div>
  );
}

function PinButton({ pinned, label, onPin }: { pinned: boolean; label: string; onPin: () => void }) {
  const Icon = pinned ? PinOff : Pin;
  return (
    <button type="button" className={styles.tool} aria-pressed={pinned} aria-label={`Pin ${label}`} onClick={onPin}>
      <Icon aria-hidden="true" />
    </button>
  );
}

function Absent({ id, name, box }: { id: string; name: string; box: StageBox }) {
  return (
    <div className={styles.absent}>
      <Avatar id={id} name={name} size={Math.round(Math.min(112, Math.max(36, box.height * 0.34)))} />
    </div>
  );
}

function Mark({ icon: Icon, word, tone }: { icon: typeof Hand; word: string; tone?: string }) {
  return (
    <span className={styles.mark} data-tone={tone} title={word}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{word}</span>
    </span>
  );
}
