import { LogIn, ScanLine, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Refused, TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { hostName } from '../connection-words.ts';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import styles from './lobby-screen.module.css';

/** Where an invite is pasted, or where a link leads: nothing is joined before the person says so. */
export function LobbyScreen() {
  const actions = useActions();
  const screen = useApp((state) => state.screen);
  const [passphrase, setPassphrase] = useState('');
  const [scanning, setScanning] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (screen.at !== 'lobby') return null;
  const { invite, reading } = screen;
  const ready = reading.at === 'ready';
  const needsPassphrase = ready && reading.needsPassphrase;

  const fillIn = (text: string) => {
    setRefusal(null);
    actions.readInvite(text);
  };
  const readPicture = async (picture: Blob) => {
    const text = await actions.readQrPicture(picture);
    if (text.ok) fillIn(text.value);
    else setRefusal(text.message);
  };
  const submit = async () => {
    const outcome = await actions.joinByInvite(invite, needsPassphrase ? passphrase : undefined);
    if (!outcome.ok) setRefusal(outcome.message);
  };

  return (
    <div className={styles.screen}>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div>
          <h1>Join with a link</h1>
          <p className={styles.lead}>Paste the invite that you were sent: the link, or the whole message around it.</p>
        </div>
        <PasteField
          label="Invite link or message"
          value={invite}
          onChange={fillIn}
          onPicture={(picture) => void readPicture(picture)}
          autoFocus
          placeholder="parley://join/…"
          error={reading.at === 'refused' ? reading.refusal.message : null}
        />
        <Button className={styles.scan} icon={ScanLine} onClick={() => setScanning(true)}>
          Scan a QR code
        </Button>
        {needsPassphrase ? (
          <TextField
            label="Passphrase"
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            hint="This room needs it as well. Ask the person who invited you."
          />
        ) : null}
        {ready ? (
          <p className={styles.fact} role="status">
            <ShieldCheck aria-hidden="true" />
            <span>
              {reading.known ? 'You are in this room already. ' : ''}A private room, introduced by{' '}
              <strong>{hostName(reading.host)}</strong>. Your camera and microphone stay off.
            </span>
          </p>
        ) : null}
        {refusal ? <Refused>{refusal}</Refused> : null}
        <div className={styles.actions}>
          <Button look="quiet" onClick={() => actions.goHome()}>
            Cancel
          </Button>
          <Button
            look="primary"
            type="submit"
            icon={LogIn}
            busy={reading.at === 'joining'}
            disabled={!ready || (needsPassphrase && passphrase === '')}
          >
            Join room
          </Button>
        </div>
      </form>
      {scanning ? (
        <ScanDialog
          onClose={() => setScanning(false)}
          onFound={(text) => {
            setScanning(false);
            fillIn(text);
          }}
        />
      ) : null}
    </div>
  );
}
