import type { Room } from '@parley/shared/model';
import { List, ListX } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused } from '../../ui/field.tsx';
import { listenersSentence, roomInWords } from '../connection-words.ts';
import styles from '../room/room.module.css';
import { refusalWithAdvice } from '../servers/server-words.ts';
import { useServerName } from '../servers/use-server-name.ts';

/** Puts an own room on its server's list and takes it off. A rename of the room renames its entry. */
export function ListingSection({ room }: { room: Room }) {
  const { withdrawRoom, openListedRooms } = useActions();
  const server = useApp((state) => state.servers.find(({ host }) => host === room.host));
  const [publishing, setPublishing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const hasList = server?.check?.at === 'ok' ? server.check.listedRooms : true;

  const withdraw = async () => {
    setBusy(true);
    const outcome = await withdrawRoom(room.roomId);
    setBusy(false);
    setError(outcome.ok ? null : refusalWithAdvice(outcome, room.host));
  };

  if (!room.listed && !hasList) return null;
  return (
    <section>
      <h2>The server’s list</h2>
      <p className={styles.soft} role="status">
        {room.listed
          ? 'This room is on its server’s list. Taken off, its name is gone from there; people who joined keep the invite.'
          : 'This room is on no list. On it, people who use the same server find it by its name.'}
      </p>
      {error ? <Refused>{error}</Refused> : null}
      {/* One button in both states: it keeps the focus. */}
      <Button
        size="small"
        icon={room.listed ? ListX : List}
        busy={busy}
        onClick={() => (room.listed ? void withdraw() : setPublishing(true))}
      >
        {room.listed ? 'Take it off the list' : 'Put it on the list'}
      </Button>
      {room.listed ? (
        <Button size="small" icon={List} onClick={() => openListedRooms(room.host)}>
          Show the list
        </Button>
      ) : null}
      {publishing ? <PublishDialog room={room} onClose={() => setPublishing(false)} /> : null}
    </section>
  );
}

function PublishDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { publishRoom } = useActions();
  const server = useServerName(room.host);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const publish = async () => {
    setBusy(true);
    const outcome = await publishRoom(room.roomId);
    setBusy(false);
    if (outcome.ok) onClose();
    else setError(refusalWithAdvice(outcome, room.host));
  };
  return (
    <Dialog title={`Put ${roomInWords(room)} on the list?`} size="small" onClose={onClose}>
      <p>{listenersSentence(server, room.needsPassphrase)}</p>
      {room.needsPassphrase ? null : (
        <p>
          That holds for everything said here from now on, and for messages that members pass on to people who join.
        </p>
      )}
      {error ? <Refused>{error}</Refused> : null}
      <DialogActions>
        <Button look="quiet" data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" icon={List} busy={busy} onClick={() => void publish()}>
          Put it on the list
        </Button>
      </DialogActions>
    </Dialog>
  );
}
