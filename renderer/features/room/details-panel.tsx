import type { Room } from '@parley/shared/model';
import { Lock, Network, Trash2 } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner, TextField } from '../../ui/field.tsx';
import { isLoopback, protectionSentence, roomTitle } from '../connection-words.ts';
import styles from './room.module.css';

/** What protects the room, its invite, its name, and how to be rid of it. */
export function DetailsPanel({ room }: { room: Room }) {
  const actions = useActions();
  const server = useApp((state) => state.server);
  const [invite, setInvite] = useState('');
  const [name, setName] = useState(room.name ?? '');
  const [error, setError] = useState<string | null>(null);
  const [deleting, setDeleting] = useState(false);
  const inviteId = useId();

  // The invite names another address once the network may join.
  useEffect(() => {
    let current = server.at !== 'starting';
    void actions.inviteOf(room.roomId).then((outcome) => {
      if (current && outcome.ok) setInvite(outcome.value);
    });
    return () => {
      current = false;
    };
  }, [actions, room.roomId, server]);

  const onlyHere = isLoopback(room.host) && server.at === 'running' && server.lanHosts.length === 0;

  return (
    <div className={styles.details}>
      <section>
        <h2>
          <Lock aria-hidden="true" /> Protected
        </h2>
        <p>{protectionSentence(room)}</p>
      </section>
      <section>
        <h2 id={inviteId}>Invite</h2>
        <textarea
          className={styles.invite}
          aria-labelledby={inviteId}
          readOnly
          rows={4}
          value={invite}
          onFocus={(event) => event.currentTarget.select()}
        />
        <p className={styles.soft}>Whoever has it can join, so send it only to the people you mean.</p>
        {onlyHere ? (
          <Banner tone="info">
            <div className={styles.only}>
              <span>This invite works on this computer only.</span>
              <Button size="small" icon={Network} onClick={() => void actions.allowLan(true)}>
                Let my network join
              </Button>
            </div>
          </Banner>
        ) : null}
      </section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void actions.renameRoom(room.roomId, name).then((outcome) => setError(outcome.ok ? null : outcome.message));
        }}
      >
        <TextField label="Name of the room" value={name} onChange={setName} maxLength={100} error={error} />
        <Button type="submit" size="small" disabled={name.trim() === '' || name.trim() === room.name}>
          Rename
        </Button>
      </form>
      <Button look="danger-quiet" icon={Trash2} onClick={() => setDeleting(true)}>
        Delete room
      </Button>
      {deleting ? (
        <Dialog title="Delete room" size="small" onClose={() => setDeleting(false)}>
          <p>
            “{roomTitle(room)}” and all its messages are deleted from this computer. The others keep theirs. This cannot
            be undone.
          </p>
          <DialogActions>
            <Button look="quiet" onClick={() => setDeleting(false)}>
              Cancel
            </Button>
            <Button look="danger" onClick={() => void actions.deleteRoom(room.roomId)}>
              Delete
            </Button>
          </DialogActions>
        </Dialog>
      ) : null}
    </div>
  );
}
