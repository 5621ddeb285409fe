import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { SelectField, SwitchField, TextField } from '../../ui/field.tsx';
import { listenersSentence } from '../connection-words.ts';
import { homeServerOf, refusalWithAdvice, serverNameOf, serverTitle } from '../servers/server-words.ts';
import styles from './new-room-dialog.module.css';

/** The name of a new room, filled in already, so that Enter is enough; the rest has usual values. */
export function NewRoomDialog({ onClose }: { onClose: () => void }) {
  const { createRoom } = useActions();
  const profile = useApp((state) => state.settings.profile);
  const servers = useApp((state) => state.servers);
  const home = useApp((state) => state.settings.homeServer);
  const owner = profile?.displayName ?? profile?.username;
  const [name, setName] = useState(owner ? `${owner}’s room` : 'My room');
  const [chosen, setChosen] = useState(home);
  const [passphrase, setPassphrase] = useState('');
  const [listed, setListed] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const server = homeServerOf(servers, chosen);
  const mayBeListed = server?.check?.at === 'ok' && server.check.listedRooms;

  const submit = async () => {
    setBusy(true);
    const outcome = await createRoom({
      name,
      host: server?.host ?? null,
      passphrase,
      listed: listed && mayBeListed,
    });
    setBusy(false);
    if (outcome.ok) onClose();
    else setError(server ? refusalWithAdvice(outcome, server.host) : outcome.message);
  };

  return (
    <Dialog title="New room" size="small" onClose={onClose}>
      <form
        className={styles.form}
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
          hint={listed && mayBeListed ? 'Everybody on the server sees it.' : 'Only the people you invite see it.'}
          error={error}
        />
        {servers.length > 1 ? (
          <SelectField
            label="Server"
            value={server?.host ?? ''}
            options={servers.map((one) => ({ id: one.host, label: serverTitle(one) }))}
            onChange={(host) => {
              setChosen(host);
              setListed(false);
            }}
            empty="This computer"
          />
        ) : null}
        <details className={styles.more}>
          <summary>{mayBeListed ? 'Passphrase and list' : 'Passphrase'}</summary>
          <TextField
            label="Passphrase (optional)"
            value={passphrase}
            onChange={setPassphrase}
            maxLength={256}
            hint="Then the invite alone lets nobody in. Tell people the passphrase by another way than the invite. It cannot be changed later."
          />
          {mayBeListed && server ? (
            <SwitchField
              label="Put it on this server’s list"
              checked={listed}
              onChange={setListed}
              hint={listenersSentence(serverNameOf(servers, server.host), passphrase !== '')}
            />
          ) : null}
        </details>
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
