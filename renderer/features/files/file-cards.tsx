import type { Room } from '@parley/shared/model';
import { useState } from 'react';
import { useApp } from '../../stores/react.tsx';
import type { FileNow, ParticipantView, PreparingFile } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { countOf, formatSize } from '../../ui/format.ts';
import { FileCard } from './file-card.tsx';
import { percentOf } from './file-words.ts';
import styles from './files.module.css';

const noFiles: readonly FileNow[] = [];
const noParticipants: readonly ParticipantView[] = [];
/** So many of those that need nobody's attention are shown. */
const QUIET_SHOWN = 2;

/** Whether somebody has to decide about it, or it is on its way. */
const isActive = ({ mine, state, peers, atHand }: FileNow): boolean =>
  mine
    ? state === 'shared' && (!atHand || peers.some((peer) => peer.state === 'receiving'))
    : state === 'offered' || state === 'receiving' || state === 'paused';

/** The files of a room: those that need attention, the newest of the others, and all of them on demand. */
export function FileCards({ room }: { room: Room }) {
  const files = useApp((state) => state.files[room.roomId] ?? noFiles);
  const all = useApp((state) => state.preparing);
  const participants = useApp((state) => state.reach[room.roomId]?.participants ?? noParticipants);
  const messages = useApp((state) => state.chats[room.roomId]?.items);
  const [open, setOpen] = useState(false);
  const preparing = all.filter(({ roomId }) => roomId === room.roomId);
  const quiet = files.filter((file) => !isActive(file));
  const newest = new Set(
    quiet.filter(({ state }) => state !== 'declined' && state !== 'withdrawn').slice(-QUIET_SHOWN),
  );
  const shown = open ? files : files.filter((file) => isActive(file) || newest.has(file));
  if (files.length === 0 && preparing.length === 0) return null;

  const authorOf = ({ mine, author }: FileNow): string => {
    if (mine) return 'You';
    const here = participants.find(({ deviceId, standing }) => deviceId === author && standing !== 'changed');
    const wrote = messages?.findLast((item) => item.author === author && item.confirmed);
    return here?.name ?? wrote?.name ?? 'Somebody in this room';
  };
  return (
    <section className={styles.files} aria-label="Files">
      <div className={styles.cards}>
        {shown.map((file) => (
          <FileCard key={file.fileId} room={room} file={file} author={authorOf(file)} />
        ))}
        {preparing.map((file) => (
          <Preparing key={file.id} file={file} />
        ))}
      </div>
      {shown.length < files.length || open ? (
        <Button look="quiet" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show fewer files' : `Show all ${countOf(files.length, 'file', 'files')}`}
        </Button>
      ) : null}
    </section>
  );
}

function Preparing({ file }: { file: PreparingFile }) {
  const percent = percentOf(file.bytes, file.sizeBytes);
  return (
    <article className={styles.card} aria-label={file.name}>
      <div className={styles.about}>
        <p className={styles.name} dir="auto">
          {file.name}
        </p>
        <p className={styles.soft}>{`${formatSize(file.sizeBytes)} · Being read`}</p>
        <div className={styles.progress}>
          <progress className={styles.bar} aria-label={`Reading ${file.name}`} max={100} value={percent} />
          <span className={styles.soft}>{`${percent} %`}</span>
        </div>
      </div>
    </article>
  );
}
