import type { Room } from '@parley/shared/model';
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
import { useRef } from 'react';
import type { FileAction } from '../../stores/actions/files.ts';
import { useActions } from '../../stores/react.tsx';
import type { FileNow } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { kindWords, peerWords, percentOf, progressWords, riskWords, stateWords } from './file-words.ts';
import styles from './files.module.css';
import { FolderButton } from './folder-button.tsx';

const icons: Record<FileNow['kind'], typeof File> = {
  picture: Image,
  sound: Music,
  video: Video,
  document: FileText,
  text: FileText,
  archive: Archive,
  program: FileWarning,
  other: File,
};

/** One file: what it is, how far it is, and what can be done with it. */
export function FileCard({ room, file, author }: { room: Room; file: FileNow; author: string }) {
  const Icon = icons[file.kind];
  const risk = riskWords(file);
  const moving = file.state === 'receiving' || (file.state === 'paused' && file.bytes > 0);
  const under = file.mine ? file.peers.filter(({ state }) => state !== 'received') : [];
  return (
    <article className={styles.card} aria-label={`${file.shownName}, ${kindWords(file)}, from ${author}`}>
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
          {kindWords(file)} · <bdi>{author}</bdi> · <span role="status">{stateWords(file)}</span>
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
          {file.mine && file.state === 'shared' && !file.atHand ? <ChooseAgain room={room} file={file} /> : null}
        </div>
      </div>
    </article>
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
function ChooseAgain({ room, file }: { room: Room; file: FileNow }) {
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
          if (chosen) actions.chooseFileAgain(room.roomId, file.fileId, chosen);
          event.target.value = '';
        }}
      />
    </>
  );
}
