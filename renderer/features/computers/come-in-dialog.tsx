import { Camera } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { NewSideState } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused, TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { WorkProgress } from '../../ui/work-progress.tsx';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import styles from './computers.module.css';
import { SafetyCode } from './take-in-dialog.tsx';

/** On a new computer: the code of the first one, the comparison, and what comes over. */
export function ComeInDialog({ onClose }: { onClose: () => void }) {
  const { stopComingIn } = useActions();
  const comingIn = useApp((state) => state.comingIn);
  useEffect(() => () => stopComingIn(), [stopComingIn]);
  // What is being stored is not taken back.
  const close = comingIn?.at === 'storing' || comingIn?.at === 'done' ? () => {} : onClose;
  return (
    <Dialog title="I use Parley on another computer" onClose={close}>
      {comingIn ? <Step now={comingIn} onClose={onClose} /> : <Begin onClose={onClose} />}
    </Dialog>
  );
}

function Begin({ onClose }: { onClose: () => void }) {
  const { startComingIn } = useActions();
  const suggested = useApp((state) => state.computers?.suggestedName ?? '');
  const [code, setCode] = useState('');
  const [name, setName] = useState(suggested);
  const [right, setRight] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [scanning, setScanning] = useState(false);

  const begin = async () => {
    setBusy(true);
    setError(null);
    const begun = await startComingIn({ code, name: name.trim(), ...(right === null ? {} : { right: right.trim() }) });
    setBusy(false);
    if (begun.ok) return;
    if (begun.code.startsWith('access-')) setRight((typed) => typed ?? '');
    setError(begun.message);
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <p>
        On the computer that you use already: <em>Settings</em>, <em>Computers</em>,{' '}
        <em>Use Parley on another computer</em>. Your rooms, messages and name come over here, straight from there.
      </p>
      <PasteField
        label="Code of your other computer"
        dir="ltr"
        autoCapitalize="none"
        value={code}
        onChange={(typed) => {
          setCode(typed);
          setError(null);
        }}
        data-autofocus
      />
      <TextField
        label="Name of this computer"
        value={name}
        onChange={setName}
        maxLength={64}
        hint="You tell your computers apart by it. The members of your rooms can see it."
      />
      {right === null ? null : (
        <TextField
          label="Password of the server, or an invitation to it"
          type="password"
          value={right}
          onChange={setRight}
        />
      )}
      {error ? <Refused>{error}</Refused> : null}
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button icon={Camera} onClick={() => setScanning(true)}>
          Scan the code
        </Button>
        <Button look="primary" type="submit" busy={busy} disabled={code.trim() === '' || name.trim() === ''}>
          Connect
        </Button>
      </DialogActions>
      {scanning ? (
        <ScanDialog
          onClose={() => setScanning(false)}
          onFound={(text) => {
            setScanning(false);
            setCode(text);
          }}
        />
      ) : null}
    </form>
  );
}

function Step({ now, onClose }: { now: NewSideState; onClose: () => void }) {
  const { stopComingIn } = useActions();
  switch (now.at) {
    case 'looking':
      return (
        <>
          {now.trouble ? (
            <Refused>{now.trouble.message}</Refused>
          ) : (
            <p role="status">Looking for your other computer…</p>
          )}
          <Cancel onClose={onClose} />
        </>
      );
    case 'comparing':
      return (
        <>
          <p>Does your other computer show the same number? Say so there.</p>
          <SafetyCode code={now.safetyCode} />
          <Cancel onClose={onClose} />
        </>
      );
    case 'getting':
      return (
        <>
          <WorkProgress label="Rooms, keys and settings come over" done={now.done} total={now.total} />
          <Cancel onClose={onClose} />
        </>
      );
    case 'storing':
    case 'done':
      return <WorkProgress label="Everything is here. Parley opens" done={1} total={1} />;
    case 'failed':
      return (
        <>
          <Refused>{now.refusal.message}</Refused>
          <DialogActions>
            <Button look="quiet" onClick={onClose}>
              Close
            </Button>
            <Button look="primary" data-autofocus onClick={() => stopComingIn()}>
              Try again
            </Button>
          </DialogActions>
        </>
      );
  }
}

function Cancel({ onClose }: { onClose: () => void }) {
  return (
    <DialogActions>
      <Button look="quiet" data-autofocus onClick={onClose}>
        Cancel
      </Button>
    </DialogActions>
  );
}
