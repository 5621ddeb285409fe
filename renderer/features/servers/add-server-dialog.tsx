import type { ServerCheck } from '@parley/shared/model';
import { ScanLine, Server as ServerIcon } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ReadServer } from '../../stores/actions/servers.ts';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner, Refused, TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import { factsOf, refusalWithAdvice } from './server-words.ts';
import styles from './servers.module.css';

type Found = { read: ReadServer; check: Extract<ServerCheck, { at: 'ok' }> };

/** Adds a server: says which one a text names, checks it when the person wants that, and stores it at the end. */
export function AddServerDialog({ text: given = '', onClose }: { text?: string; onClose: () => void }) {
  const actions = useActions();
  const [text, setText] = useState(given);
  const [read, setRead] = useState<ReadServer | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [scanning, setScanning] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const readings = useRef(0);

  const fillIn = (typed: string) => {
    setText(typed);
    setError(null);
    setFound(null);
    setRead(null);
    const mine = ++readings.current;
    if (typed.trim() === '') return;
    void actions.readServer(typed).then((outcome) => {
      if (mine === readings.current && outcome.ok) setRead(outcome.value);
    });
  };
  const readPicture = async (picture: Blob) => {
    const code = await actions.readQrPicture(picture);
    if (code.ok) fillIn(code.value);
    else setError(code.message);
  };

  const check = async () => {
    const named = await actions.readServer(text);
    if (!named.ok) return setError(named.message);
    const { host } = named.value;
    const checked = await actions.checkServer(text);
    if (!checked.ok) return setError(refusalWithAdvice(checked, host));
    if (checked.value.check.at === 'failed') {
      const { code, message } = checked.value.check;
      return setError(refusalWithAdvice({ code: code as never, message }, host));
    }
    setFound({ read: named.value, check: checked.value.check });
  };
  const needsPassword = found?.check.access === 'password';
  const needsInvitation = found?.check.access === 'token' && !found.read.hasToken;
  const add = async ({ read: { host } }: Found) => {
    const added = await actions.addServer({ text, name, ...(needsPassword ? { password } : {}) });
    if (added.ok) return onClose();
    setError(
      added.code === 'access-refused' && needsPassword
        ? 'The server did not accept this password.'
        : refusalWithAdvice(added, host),
    );
  };
  const submit = async () => {
    if (busy) return;
    setError(null);
    setBusy(true);
    await (found && !needsInvitation ? add(found) : check());
    setBusy(false);
  };

  return (
    <Dialog title="Add a server" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <PasteField
          label="Address, link or invitation"
          value={text}
          onChange={fillIn}
          onPicture={(picture) => void readPicture(picture)}
          rows={3}
          data-autofocus
          placeholder="parley.example or parley://server/…"
          hint="As it was sent to you: the address, the link, or the whole message."
        />
        <Button className={styles.add} icon={ScanLine} onClick={() => setScanning(true)}>
          Scan a QR code
        </Button>
        {/* There from the beginning, so that what comes into it is read out. */}
        <div className={styles.told} role="status">
          {read && !found ? (
            <Banner tone="info">
              This names the server <strong>{read.host}</strong>
              {read.hasToken ? ', with your personal invitation' : ''}. {read.known ? 'You know it already. ' : ''}
              Nothing was asked of it yet; when you check it, it learns the address of your computer.
            </Banner>
          ) : null}
          {found ? (
            <div className={styles.found}>
              <strong>{found.read.host} answers</strong>
              <ul className={styles.facts} aria-label="What the check found">
                {factsOf(found.check).map(({ key, text: fact }) => (
                  <li key={key}>{fact}</li>
                ))}
              </ul>
            </div>
          ) : null}
        </div>
        {needsInvitation ? (
          <Banner tone="warning" role="alert">
            This server lets in only people with a personal invitation. Ask the person who runs it for one and paste it
            above.
          </Banner>
        ) : null}
        {found && !needsInvitation ? (
          <>
            {needsPassword ? (
              <TextField
                label="Password of the server"
                type="password"
                value={password}
                onChange={(typed) => {
                  setPassword(typed);
                  setError(null);
                }}
                autoFocus
                hint="Ask the person who runs the server. Parley keeps it safe on this computer."
              />
            ) : null}
            <TextField
              label="Your name for it"
              value={name}
              onChange={setName}
              maxLength={64}
              autoFocus={!needsPassword}
              placeholder={found.read.host}
              hint="Optional; only you see it."
            />
          </>
        ) : null}
        {error ? <Refused>{error}</Refused> : null}
        <DialogActions>
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          {found && !needsInvitation ? (
            <Button
              look="primary"
              type="submit"
              icon={ServerIcon}
              busy={busy}
              disabled={needsPassword && password === ''}
            >
              Add server
            </Button>
          ) : (
            <Button look="primary" type="submit" busy={busy} disabled={text.trim() === ''}>
              Check server
            </Button>
          )}
        </DialogActions>
      </form>
      {scanning ? (
        <ScanDialog
          onClose={() => setScanning(false)}
          onFound={(code) => {
            setScanning(false);
            fillIn(code);
          }}
        />
      ) : null}
    </Dialog>
  );
}
