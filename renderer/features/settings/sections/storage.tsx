import type { Room, StorageOverview } from '@parley/shared/model';
import type { Outcome } from '@parley/shared/protocol';
import { Eraser, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useActions, useApp } from '../../../stores/react.tsx';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Refused } from '../../../ui/field.tsx';
import { countOf, formatSize, formatWhen } from '../../../ui/format.ts';
import { useNow } from '../../../ui/use-now.ts';
import { roomInWords } from '../../connection-words.ts';
import { DeleteRoomDialog } from '../../room/delete-room-dialog.tsx';
import styles from '../settings-screen.module.css';
import { ExportSection } from './export.tsx';
import own from './storage.module.css';

/** Less than this is not worth a button. */
const WORTH_FREEING_BYTES = 1_000_000;

/** What lies on this disk, by room, and how to make room. */
export function StorageSection() {
  const { readStorage } = useActions();
  const [read, setRead] = useState<Outcome<StorageOverview> | null>(null);
  const refresh = useCallback(() => void readStorage().then(setRead), [readStorage]);
  useEffect(refresh, [refresh]);

  if (read === null) {
    return (
      <section className={styles.section} aria-busy="true" aria-labelledby="settings-storage">
        <h2 id="settings-storage">Rooms</h2>
        <p className={styles.fact}>Looking at the disk…</p>
      </section>
    );
  }
  if (!read.ok) {
    return (
      <section className={styles.section} aria-labelledby="settings-storage">
        <h2 id="settings-storage">Rooms</h2>
        <Refused>{read.message}</Refused>
        <Button onClick={refresh}>Try again</Button>
      </section>
    );
  }
  return (
    <>
      <RoomsOnDisk overview={read.value} onChange={refresh} />
      <ExportSection />
      <HistoryOnDisk overview={read.value} onChange={refresh} />
    </>
  );
}

type OverviewProps = { overview: StorageOverview; onChange: () => void };

function RoomsOnDisk({ overview, onChange }: OverviewProps) {
  const known = useApp((state) => state.rooms);
  const [deleting, setDeleting] = useState<Room | null>(null);
  const rooms = overview.rooms.flatMap((stored) => {
    const room = known.find(({ roomId }) => roomId === stored.roomId);
    return room ? [{ ...stored, room }] : [];
  });
  return (
    <section className={styles.section} aria-labelledby="settings-storage">
      <h2 id="settings-storage">Rooms</h2>
      {rooms.length === 0 ? <p className={styles.fact}>There is no room on this computer yet.</p> : null}
      <ul className={own.rooms}>
        {rooms.map(({ room, messages, historyBytes, files, fileBytes }) => (
          <li key={room.roomId} className={own.room}>
            <div className={own.about}>
              <p className={own.name} dir="auto">
                {roomInWords(room)}
              </p>
              <p className={styles.fact}>
                {countOf(messages, 'message', 'messages')}
                {files > 0 ? `, ${countOf(files, 'file', 'files')} of ${formatSize(fileBytes)}` : ''}
              </p>
            </div>
            <p className={own.size}>{formatSize(historyBytes + fileBytes)}</p>
            <IconButton
              icon={Trash2}
              look="danger-quiet"
              label={`Delete ${roomInWords(room)} with everything`}
              side="left"
              onClick={() => setDeleting(room)}
            />
          </li>
        ))}
      </ul>
      {deleting ? (
        <DeleteRoomDialog
          room={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => {
            setDeleting(null);
            onChange();
          }}
        />
      ) : null}
    </section>
  );
}

function HistoryOnDisk({ overview, onChange }: OverviewProps) {
  const { freeStorage } = useActions();
  const now = useNow(60_000);
  const [at, setAt] = useState<'idle' | 'busy'>('idle');
  const [said, setSaid] = useState('');
  const { historyBytes, snapshots, damagedBytes, freeableBytes } = overview;

  const free = async () => {
    setAt('busy');
    const freed = await freeStorage();
    setAt('idle');
    if (!freed.ok) return;
    setSaid(`${formatSize(freed.value.freedBytes)} were freed.`);
    onChange();
  };

  return (
    <section className={styles.section} aria-labelledby="settings-history-file">
      <h2 id="settings-history-file">Message store</h2>
      <dl className={own.facts}>
        <div className={own.pair}>
          <dt>All messages, in one file</dt>
          <dd>{formatSize(historyBytes)}</dd>
        </div>
        {snapshots.map(({ madeAt, bytes }) => (
          <div key={madeAt} className={own.pair}>
            <dt>Safety copy, made {formatWhen(madeAt, now)}</dt>
            <dd>{formatSize(bytes)}</dd>
          </div>
        ))}
        {damagedBytes > 0 ? (
          <div className={own.pair}>
            <dt>Damaged file, kept after a repair</dt>
            <dd>{formatSize(damagedBytes)}</dd>
          </div>
        ) : null}
      </dl>
      <p className={styles.fact}>
        Parley makes a safety copy each day and keeps the last two. It takes one by itself if the file is damaged.
      </p>
      {freeableBytes >= WORTH_FREEING_BYTES || at === 'busy' ? (
        <div>
          <Button icon={Eraser} busy={at === 'busy'} onClick={() => void free()}>
            Free {formatSize(freeableBytes)}
          </Button>
          <p className={styles.fact}>
            {at === 'busy'
              ? 'This may take a minute. New messages wait meanwhile.'
              : `No message is lost.${damagedBytes > 0 ? ' The damaged file is deleted.' : ''}`}
          </p>
        </div>
      ) : null}
      <p role="status" className={said === '' ? 'visually-hidden' : styles.fact}>
        {said}
      </p>
    </section>
  );
}
