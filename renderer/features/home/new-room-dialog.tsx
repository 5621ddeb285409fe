import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';

/** The name of a new room, filled in already, so that Enter is enough. */
export function NewRoomDialog({ onClose }: { onClose: () => void }) {
  const { createRoom } = useActions();
  const profile = useApp((state) => state.settings.profile);
  const owner = profile?.displayName ?? profile?.username;
  const [name, setName] = useState(owner ? `${owner}’s room` : 'My room');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    setBusy(true);
    const outcome = await createRoom(name);
    setBusy(false);
    if (outcome.ok) onClose();
    else setError(outcome.message);
  };

  return (
    <Dialog title="New room" size="small" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label="Room name"
          value={name}
          onChange={(typed) => {
            setName(typed);
            setError(null);
          }}
          data-autofocus
          onFocus={(event) => event.currentTarget.select()}
          maxLength={100}
          hint="Only the people you invite see it."
          error={error}
        />
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" type="submit" busy={busy} disabled={name.trim() === ''}>
            Create room
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
