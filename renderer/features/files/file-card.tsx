import type { HistoryItem, MessageFile } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import {
  Archive,
  Download,
  File,
  FileText,
  FileWarning,
  FolderOpen,
  Image,
  Music,
  Pause,
  Play,
  RotateCcw,
  SquareArrowOutUpRight,
  Video,
  X,
} from 'lucide-react';
import { useEffect, useRef } from 'react';
import { isFromHere } from '../../stores/actions/entries.ts';
import type { FileAction } from '../../stores/actions/files.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import type { FileNow } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { formatSize } from '../../ui/format.ts';
import { kindWords, peerWords, percentOf, progressWords, riskWords, stateWords } from './file-words.ts';
import styles from './files.module.css';
import { FolderButton } from './folder-button.tsx';

/** The icon of each kind of file. */
export const fileIcons: Record<FileNow['kind'], typeof File> = {
  picture: Image,
  sound: Music,
  video: Video,
  document: FileText,
  text: FileText,
  archive: Archive,
  program: FileWarning,
  other: File,
};

/** The file that a message offers, where it stands in the conversation. */
export function MessageFileCard({ item, offer }: { item: HistoryItem; offer: MessageFile }) {
  const { learnFile } = useActions();
  const file = useApp((state) => state.files[item.roomId]?.find(({ fileId }) => fileId === (item.id as string)));
  const isUnknown = file === undefined;
  // The app may have been closed between the message and the note of its file.
  useEffect(() => {
    if (isUnknown) learnFile(item);
  }, [isUnknown, learnFile, item]);
  return file ? <FileCard roomId={item.roomId} file={file} /> : <UnknownFile offer={offer} mine={isFromHere(item)} />;
}

/** A file that this computer has no note of: an own one that was offered before the profile was restored, or one too many. */
function UnknownFile({ offer, mine }: { offer: MessageFile; mine: boolean }) {
  const size = formatSize(offer.sizeBytes);
  return (
    <div className={styles.card} role="group" aria-label={`${offer.name}, ${size}`}>
      <span className={styles.icon}>
        <File aria-hidden="true" />
      </span>
      <div className={styles.about}>
        <p className={styles.name} dir="auto">
          {offer.name}
        </p>
        <p className={styles.soft}>{`${size} · ${mine ? 'Not on this computer' : 'Not offered here yet'}`}</p>
      </div>
    </div>
  );
}

/** One file: what it is, how far it is, and what can be done with it. */
export function FileCard({ roomId, file }: { roomId: RoomId; file: FileNow }) {
  const Icon = fileIcons[file.kind];
  const risk = riskWords(file);
  const moving = file.state === 'receiving' || (file.state === 'paused' && file.bytes > 0);
  const under = file.mine ? file.peers.filter(({ state }) => state !== 'received') : [];
  return (
    <div className={styles.card} role="group" aria-label={`${file.shownName}, ${kindWords(file)}`}>
      {file.picture ? (
        <img className={styles.picture} src={file.picture} alt="" loading="lazy" decoding="async" />
      ) : (
        <span className={styles.icon} data-risk={file.risk}>
          <Icon aria-hidden="true" />
        </span>
      )}
      <div className={styles.about}>
        <p className={styles.name} dir="auto">
          {file.folders.length > 0 ? <span className={styles.folders}>{`${file.folders.join(' / ')} / `}</span> : null}
          {file.shownName}
        </p>
        <p className={styles.soft}>
          {kindWords(file)} · <span role="status">{stateWords(file)}</span>
        </p>
        {risk ? <p className={styles.risk}>{risk}</p> : null}
        {moving ? <Progress label={`Progress of ${file.shownName}`} file={file} /> : null}
        {under.map((peer) => (
          <p key={peer.deviceId} className={styles.soft}>
            <bdi>{peer.name}</bdi>
            {`: ${peerWords(peer, file.sizeBytes)}`}
          </p>
        ))}
        <div className={styles.actions}>
          <FileButtons file={file} />
          <FolderButton file={file} />
          {file.mine && file.state === 'shared' && !file.atHand ? <ChooseAgain roomId={roomId} file={file} /> : null}
        </div>
      </div>
    </div>
  );
}

function Progress({ label, file }: { label: string; file: FileNow }) {
  const percent = percentOf(file.bytes, file.sizeBytes);
  return (
    <div className={styles.progress}>
      <progress className={styles.bar} aria-label={label} max={100} value={percent} />
      <span className={styles.soft}>
        {file.state === 'paused' || file.sources === 0 ? `${percent} %` : progressWords(file)}
      </span>
    </div>
  );
}

type Offered = { action: FileAction; word: string; icon: typeof File; look?: 'primary' | 'plain' };

function buttonsOf({ mine, state, atHand, peers }: FileNow): readonly Offered[] {
  const cancel: Offered = { action: 'decline', word: 'Cancel', icon: X };
  const show: Offered = { action: 'show', word: 'Show in folder', icon: FolderOpen };
  switch (state) {
    case 'offered':
      return [
        { action: 'accept', word: 'Download', icon: Download, look: 'primary' },
        { action: 'decline', word: 'No, thanks', icon: X },
      ];
    case 'receiving':
      return [{ action: 'pause', word: 'Pause', icon: Pause }, cancel];
    case 'paused':
      return [{ action: 'accept', word: 'Resume', icon: Play, look: 'primary' }, cancel];
    case 'received':
      return atHand ? [{ action: 'open', word: 'Open', icon: SquareArrowOutUpRight }, show] : [];
    case 'declined':
      return [{ action: 'accept', word: 'Download after all', icon: Download }];
    case 'shared': {
      const stop: Offered = { action: 'withdraw', word: 'Stop sharing', icon: X };
      const again: Offered = { action: 'offer-again', word: 'Offer again', icon: RotateCcw };
      return peers.some((peer) => peer.state === 'declined') ? [again, stop] : [stop];
    }
    case 'withdrawn':
      return mine ? [{ action: 'offer-again', word: 'Offer again', icon: RotateCcw }] : [];
    default:
      return [];
  }
}

function FileButtons({ file }: { file: FileNow }) {
  const actions = useActions();
  return buttonsOf(file).map(({ action, word, icon, look = 'plain' }) => (
    <Button
      key={action}
      look={look}
      size="small"
      icon={icon}
      aria-label={`${word}: ${file.shownName}`}
      onClick={() => actions.fileAction(action, file.fileId)}
    >
      {word}
    </Button>
  ));
}

/** A page that was loaded anew cannot read a chosen file any more, until the person chooses it once more. */
function ChooseAgain({ roomId, file }: { roomId: RoomId; file: FileNow }) {
  const actions = useActions();
  const input = useRef<HTMLInputElement>(null);
  const label = `Choose again: ${file.shownName}`;
  return (
    <>
      <Button look="primary" size="small" aria-label={label} onClick={() => input.current?.click()}>
        Choose again
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) actions.chooseFileAgain(roomId, file.fileId, chosen);
          event.target.value = '';
        }}
      />
    </>
  );
}
