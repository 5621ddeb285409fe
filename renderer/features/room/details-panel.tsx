import type { Room } from '@parley/shared/model';
import { Lock, LockOpen, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { inviteSentence, protectionSentence, protectionWord, roomInWords } from '../connection-words.ts';
import { InviteButton } from '../invites/invite-button.tsx';
import { ListingSection } from '../listed-rooms/listing-section.tsx';
import { useServerName } from '../servers/use-server-name.ts';
import { DeleteRoomDialog } from './delete-room-dialog.tsx';
import { LifetimeSection } from './lifetime-section.tsx';
import styles from './room.module.css';
import { RulesSection } from './rules-section.tsx';

/** The room's protection, its invite, its name, and how to delete it. */
export function DetailsPanel({ room }: { room: Room }) {
  const actions = useActions();
  const server = useServerName(room.host);
  const isLocked = useApp((state) => state.reach[room.roomId]?.rules.locked === true);
  const [name, setName] = useState(room.name ?? '');
  const [error, setError] = useState<string | null>(null);
  const [renamed, setRenamed] = useState(false);
  const [deleting, setDeleting] = useState(false);

  return (
    <div className={styles.details}>
      <section>
        <h2>
          {room.listed ? <LockOpen aria-hidden="true" /> : <Lock aria-hidden="true" />} {protectionWord(room)}
        </h2>
        <p>{protectionSentence(room, server)}</p>
      </section>
      <section>
        <h2>Invite</h2>
        <p className={styles.soft}>{inviteSentence(room.needsPassphrase, isLocked)}</p>
        <InviteButton room={room} size="small" />
      </section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setRenamed(false);
          void actions.renameRoom(room.roomId, name).then((outcome) => {
            setError(outcome.ok ? null : outcome.message);
            setRenamed(outcome.ok);
          });
        }}
      >
        <TextField label="Name of the room" value={name} onChange={setName} maxLength={100} error={error} />
        <Button type="submit" size="small" disabled={name.trim() === '' || name.trim() === room.name}>
          Rename
        </Button>
        <p className="visually-hidden" role="status">
          {renamed ? `The room is now called ${roomInWords(room)}` : ''}
        </p>
      </form>
      <RulesSection room={room} />
      <LifetimeSection room={room} />
      {room.mine ? <ListingSection room={room} /> : null}
      <Button look="danger-quiet" icon={Trash2} onClick={() => setDeleting(true)}>
        Delete room
      </Button>
      {deleting ? <DeleteRoomDialog room={room} onClose={() => setDeleting(false)} /> : null}
    </div>
  );
}
