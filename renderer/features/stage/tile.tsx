import { isolated } from '@parley/shared/model';
import { Camera, EyeOff, Hand, MicOff, PictureInPicture2, Pin, PinOff, VolumeX } from 'lucide-react';
import type { CSSProperties, MouseEvent } from 'react';
import { voiceVolume } from '../../stores/for-oneself.ts';
import { useActions, useApp, useLog } from '../../stores/react.tsx';
import type { OwnMedia, ParticipantView, ShownReaction } from '../../stores/state.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { classNames } from '../../ui/class-names.ts';
import { SafetyCodeButton } from '../people/safety-code-button.tsx';
import { ConnectionButton } from '../quality/connection-button.tsx';
import { TileQuality } from '../quality/tile-quality.tsx';
import { ForOneselfTools } from './for-oneself-tools.tsx';
import type { StageBox } from './layout.ts';
import { popOut } from './media-element.ts';
import styles from './stage.module.css';
import { VideoView } from './video-view.tsx';

type TileProps = {
  box: StageBox;
  kind: 'camera' | 'screen';
  /** The place of the raised hand, where several are up. */
  handPlace: number | null;
  pinned: boolean;
  onPin: () => void;
};
/** The width in pixels from which a tile has room for all its tools. */
const PICTURE_FROM = 400;

type ParticipantTileProps = TileProps & { participant: ParticipantView };

const placeOf = ({ x, y, width, height }: StageBox): CSSProperties => ({
  transform: `translate(${Math.round(x)}px, ${Math.round(y)}px)`,
  width: Math.round(width),
  height: Math.round(height),
});

/** Somebody else's camera or screen. */
export function ParticipantTile({ box, participant, kind, handPlace, pinned, onPin }: ParticipantTileProps) {
  const speakerId = useApp((state) => state.settings.devices.speakerId);
  const evened = useApp((state) => state.evenedVoices[participant.sess]);
  const { name, speaking, microphone, hand, link, camera, mutedHere, hiddenHere } = participant;
  const stream = kind === 'camera' ? participant.cameraStream : participant.screenStream;
  const isDoubted = participant.standing === 'changed';
  const visible = (kind === 'screen' || (camera && !hiddenHere)) && !isDoubted;
  const label = kind === 'screen' ? `${isolated(name)}'s screen` : name;
  return (
    <div
      role="group"
      aria-label={label}
      data-sess={participant.sess}
      data-kind={kind}
      className={classNames(styles.tile, speaking && kind === 'camera' && styles.speaking, styles[box.role])}
      style={placeOf(box)}
    >
      {visible || isDoubted ? null : <Absent id={participant.person ?? participant.deviceId} name={name} box={box} />}
      {stream ? (
        <VideoView
          stream={stream}
          kind={kind}
          visible={visible}
          own={false}
          evened={kind === 'camera' ? evened : undefined}
          volume={kind === 'camera' ? voiceVolume(participant) : participant.screenVolume}
          speakerId={speakerId}
          box={box}
          label={`${label}, picture`}
        />
      ) : null}
      <ConnectionTrouble link={link} name={name} />
      {isDoubted ? (
        <p className={styles.interrupted} role="status">
          <span>
            Another device than <bdi>{name}</bdi> had before. Picture and sound wait for you.
          </span>
        </p>
      ) : null}
      {kind === 'camera' ? <Reaction now={participant.reaction} /> : null}
      <div className={styles.caption}>
        {microphone !== 'live' && kind === 'camera' ? <Mark icon={MicOff} word="Muted" /> : null}
        {mutedHere && kind === 'camera' ? <Mark icon={VolumeX} word="Muted for you" /> : null}
        {camera && hiddenHere && kind === 'camera' ? <Mark icon={EyeOff} word="Picture hidden for you" /> : null}
        <span className={styles.name}>
          <bdi>{label}</bdi>
        </span>
        {hand && kind === 'camera' ? <RaisedHand place={handPlace} /> : null}
        {kind === 'screen' ? null : <TileQuality participant={participant} width={box.width} />}
      </div>
      <div className={styles.tools}>
        <ForOneselfTools participant={participant} kind={kind} />
        {kind === 'camera' ? <SafetyCodeButton participant={participant} className={styles.tool} /> : null}
        <ConnectionButton participant={participant} className={styles.tool} />
        {stream && visible && box.width >= PICTURE_FROM ? (
          <PictureButton label={label} tile={`${participant.sess}/${kind}`} />
        ) : null}
        {stream && visible ? <PopOutButton label={label} /> : null}
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
export function OwnTile({ box, kind, media, handPlace, pinned, onPin }: TileProps & { media: OwnMedia }) {
  const profile = useApp((state) => state.settings.profile);
  const mirrored = useApp((state) => state.settings.stage.mirrored);
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
        <VideoView
          stream={stream}
          kind={kind}
          visible
          own
          mirrored={mirrored && kind === 'camera'}
          box={box}
          label={`${label}, picture`}
        />
      ) : null}
      {kind === 'camera' ? <Reaction now={media.reaction} /> : null}
      <div className={styles.caption}>
        {media.microphone !== 'live' && kind === 'camera' ? <Mark icon={MicOff} word="Muted" /> : null}
        <span className={styles.name}>
          <bdi>{label}</bdi>
        </span>
        {media.hand && kind === 'camera' ? <RaisedHand place={handPlace} /> : null}
      </div>
      <div className={styles.tools}>
        <PinButton pinned={pinned} label={label} onPin={onPin} />
      </div>
    </div>
  );
}

/** A raised hand, with its place where several are up. */
function RaisedHand({ place }: { place: number | null }) {
  return (
    <span className={styles.hand}>
      <Mark icon={Hand} word={place === null ? 'Hand raised' : `Hand raised, number ${place}`} />
      {place === null ? null : <span aria-hidden="true">{place}</span>}
    </span>
  );
}

/** The emoji that somebody shows for a moment; the announcer says it. */
function Reaction({ now }: { now: ShownReaction | null }) {
  return now ? (
    <span key={now.turn} className={styles.reaction} aria-hidden="true">
      {now.emoji}
    </span>
  ) : null;
}

/** Takes the picture out of the window, for those who work in another program meanwhile. */
function PopOutButton({ label }: { label: string }) {
  const log = useLog();
  if (!document.pictureInPictureEnabled) return null;
  const onClick = ({ currentTarget }: MouseEvent) => {
    const video = currentTarget.closest('[data-sess]')?.querySelector('video');
    if (video) void popOut(video, log);
  };
  return (
    <button type="button" className={styles.tool} aria-label={`Pop out ${label}`} title="Pop out" onClick={onClick}>
      <PictureInPicture2 aria-hidden="true" />
    </button>
  );
}

/** Keeps a picture of one tile. */
function PictureButton({ label, tile }: { label: string; tile: string }) {
  const { takePicture } = useActions();
  return (
    <button
      type="button"
      className={styles.tool}
      aria-label={`Take a picture of ${label}`}
      title="Take a picture"
      onClick={() => takePicture(tile)}
    >
      <Camera aria-hidden="true" />
    </button>
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

function Mark({ icon: Icon, word }: { icon: typeof Hand; word: string }) {
  return (
    <span className={styles.mark} title={word}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{word}</span>
    </span>
  );
}
