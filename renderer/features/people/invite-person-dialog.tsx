import { isolated, type MetPerson } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { inviteSentence, roomTitle } from '../connection-words.ts';

type InvitePersonDialogProps = {
  person: MetPerson;
  /** The rooms that they are in already. */
  known: readonly RoomId[];
  onClose: () => void;
};

/** Chooses a room to whose conversation somebody is invited. */
export function InvitePersonDialog({ person, known, onClose }: InvitePersonDialogProps) {
  const { invitePerson } = useActions();
  const rooms = useApp((state) => state.rooms).filter(({ roomId }) => !known.includes(roomId));
  const [chosen, setChosen] = useState(rooms[0]?.roomId);
  const [busy, setBusy] = useState(false);
  const room = rooms.find(({ roomId }) => roomId === chosen);
  const isLocked = useApp((state) => (room ? state.reach[room.roomId]?.rules.locked === true : false));
  const send = async () => {
    if (!room) return;
    setBusy(true);
    const sent = await invitePerson(person, room.roomId);
    setBusy(false);
    if (sent.ok) onClose();
  };
  return (
    <Dialog title={`Invite ${isolated(person.name)}`} size="small" onClose={onClose}>
      {room ? (
        <>
          <SelectField
            label="To which room?"
            value={room.roomId}
            onChange={(id) => setChosen(rooms.find(({ roomId }) => roomId === id)?.roomId)}
            options={rooms.map((each) => ({ id: each.roomId, label: roomTitle(each) }))}
            empty=""
          />
          <p>
            The invite goes directly to <bdi>{person.name}</bdi>, sealed between your devices. They join only if they
            want to. {inviteSentence(room.needsPassphrase, isLocked)}
          </p>
        </>
      ) : (
        <p>
          <bdi>{person.name}</bdi> is in all of your rooms already. Make a new room on Home first.
        </p>
      )}
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        {room ? (
          <Button look="primary" busy={busy} onClick={() => void send()}>
            Send invite
          </Button>
        ) : null}
      </DialogActions>
    </Dialog>
  );
}
