import { Radio } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused, TextField } from '../../ui/field.tsx';
import styles from './live-dialog.module.css';

/** Asks where the call is to be shown, and says what that means, before anything goes out. */
export function LiveDialog({ onClose }: { onClose: () => void }) {
  const { startLive } = useActions();
  const isHidden = useApp((state) => state.settings.privacy.relayOnly);
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const [refused, setRefused] = useState<{ path: string | undefined; message: string } | null>(null);
  const errorAt = (path: string | undefined) => (refused?.path === path ? (refused?.message ?? null) : null);
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    setRefused(null);
  };
  const general = errorAt(undefined);
  return (
    <Dialog title="Show this call live?" onClose={onClose} size="small">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          const started = startLive(address, token);
          if (started.ok) onClose();
          else setRefused({ path: started.path, message: started.message });
        }}
      >
        <p>
          Everything that is seen and heard in the call goes to the receiver at this address as it happens, and from
          there to all who watch. Calls are sealed from end to end; what goes there is not.
        </p>
        <p>
          Everybody in the call is told at once, and whoever joins later is told before. Tell them why, and stop if
          somebody does not want it.
        </p>
        <TextField
          label="Address of the receiver"
          inputMode="url"
          placeholder="https://"
          data-autofocus
          value={address}
          onChange={change(setAddress)}
          error={errorAt('address')}
          hint="The service where the call is to be seen calls it a WHIP address."
        />
        <TextField
          label="Key"
          type="password"
          value={token}
          onChange={change(setToken)}
          error={errorAt('token')}
          hint="Only if the receiver gave you one. Parley keeps neither the address nor the key."
        />
        <p>
          {isHidden
            ? 'You hide your address: picture and sound go through the relay. The receiver sees your address all the same, because Parley asks it to begin.'
            : 'The receiver sees the internet address of this computer.'}
        </p>
        {general ? <Refused>{general}</Refused> : null}
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="primary" icon={Radio} type="submit">
            Go live
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
