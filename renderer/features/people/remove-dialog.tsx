import { isolated } from '@parley/shared/model';
import type { DeviceId, RoomId } from '@parley/shared/protocol';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { SwitchField } from '../../ui/field.tsx';
import styles from './people.module.css';

type RemoveDialogProps = { roomId: RoomId; deviceId: DeviceId; name: string; isLocked: boolean; onClose: () => void };

/** Asks before somebody is removed from a room, and says what that does and does not do. */
export function RemoveDialog({ roomId, deviceId, name, isLocked, onClose }: RemoveDialogProps) {
  const { removePerson } = useActions();
  const [busy, setBusy] = useState(false);
  const [lock, setLock] = useState(true);
  return (
    <ConfirmDialog
      title={`Remove ${isolated(name)} from this room?`}
      act={lock && !isLocked ? 'Remove and lock the room' : 'Remove'}
      busy={busy}
      onClose={onClose}
      onAct={() => {
        setBusy(true);
        void removePerson(roomId, deviceId, name, lock && !isLocked).then((removed) => {
          setBusy(false);
          if (removed.ok) onClose();
        });
      }}
    >
      <ul className={styles.effects}>
        <li>Everybody’s app closes the connection to them at once, and meets none of their computers here again.</li>
        <li>They read that they were removed. Members who are away hear of it from the others.</li>
      </ul>
      <p>What it does not do:</p>
      <ul className={styles.effects}>
        <li>Messages and files that they already have stay with them.</li>
        <li>
          They still have the invite.{' '}
          {isLocked
            ? 'From a new computer they can only knock, because the room is locked.'
            : 'From a new computer, under another name, they could come back unless the room is locked.'}
        </li>
      </ul>
      {isLocked ? null : (
        <SwitchField
          label="Lock the room as well"
          checked={lock}
          onChange={setLock}
          hint="Those whom you met here stay in; anybody else has to knock."
        />
      )}
    </ConfirmDialog>
  );
}
