import { Camera } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { NewSideState } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused, TextField } from '../../ui/field.tsx';
import { PasteField } from '../../ui/paste-field.tsx';
import { WorkProgress } from '../../ui/work-progress.tsx';
import { ScanDialog } from '../invites/scan-dialog.tsx';
import styles from './computers.module.css';
import { CancelAlone, CompareActions, numberWords, quarterOf, SafetyCode, Said, Step } from './step.tsx';

/** On a new computer: the code of the first one, the comparison, and what comes over. */
export function ComeInDialog({ onClose }: { onClose: () => void }) {
  const { stopComingIn } = useActions();
  const comingIn = useApp((state) => state.comingIn);
  useEffect(() => () => stopComingIn(), [stopComingIn]);
  // What is being stored is not taken back.
  const close = comingIn?.at === 'storing' || comingIn?.at === 'done' ? () => {} : onClose;
  return (
    <Dialog title="I use Parley on another computer" onClose={close}>
      {comingIn ? <NowStep now={comingIn} onClose={onClose} /> : <Begin onClose={onClose} />}
      <Said>{comingIn ? saidOf(comingIn) : ''}</Said>
    </Dialog>
  );
}

/** The words for what goes on within a step. Pure. */
function saidOf(now: NewSideState): string {
  if (now.at === 'getting') return quarterOf(now.done, now.total);
  return now.at === 'comparing' ? numberWords(now.safetyCode) : '';
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
  const form = useRef<HTMLFormElement>(null);
  // Also where a step before led back here.
  useEffect(() => form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus(), []);

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
      ref={form}
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <p>
        On the computer that you use already, open <em>Settings</em>, then <em>Computers</em>, and press{' '}
        <em>Use Parley on another computer</em>: it shows a code. Your name, rooms and messages come over here, straight
        from there.
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

function NowStep({ now, onClose }: { now: NewSideState; onClose: () => void }) {
  switch (now.at) {
    case 'looking':
      return (
        <Step key="looking" title="Looking for your other computer…">
          {now.trouble ? (
            <Refused>{now.trouble.message}</Refused>
          ) : (
            <p className={styles.soft}>Leave the code open there until it is found.</p>
          )}
          <CancelAlone onClose={onClose} />
        </Step>
      );
    case 'comparing':
      return <Compare key="comparing" now={now} onClose={onClose} />;
    case 'asking':
      return (
        <Step key="asking" title="Now say so on your other computer">
          <SafetyCode code={now.safetyCode} />
          <p>Press “They are the same” there as well, if it shows this number. Then it asks you once more.</p>
          <CancelAlone onClose={onClose} />
        </Step>
      );
    case 'getting':
      return (
        <Step key="getting" title="Keep Parley open on both computers">
          <WorkProgress label="Your rooms, keys and settings come over" done={now.done} total={now.total} />
          <CancelAlone onClose={onClose} />
        </Step>
      );
    case 'storing':
    case 'done':
      return (
        <Step key="done" title="Everything is here">
          <WorkProgress label="Parley opens" done={1} total={1} />
        </Step>
      );
    case 'failed':
      return <Failed key="failed" now={now} onClose={onClose} />;
  }
}

function Compare({ now, onClose }: { now: Extract<NewSideState, { at: 'comparing' }>; onClose: () => void }) {
  const { confirmComingIn } = useActions();
  return (
    <Step title="Do both computers show this number?">
      <SafetyCode code={now.safetyCode} />
      <p>Look at your other computer, and say on both that they are the same.</p>
      <p className={styles.soft}>If the numbers differ, somebody is between the two.</p>
      <CompareActions code={now.safetyCode} onSame={confirmComingIn} onDiffer={onClose} />
    </Step>
  );
}

function Failed({ now, onClose }: { now: Extract<NewSideState, { at: 'failed' }>; onClose: () => void }) {
  const { stopComingIn } = useActions();
  return (
    <Step title="This computer was not added">
      <Refused>{now.refusal.message}</Refused>
      {now.asked ? (
        <p className={styles.soft}>Parley opens anew when you close this. Then you can try again with a new code.</p>
      ) : null}
      <DialogActions>
        <Button look={now.asked ? 'primary' : 'quiet'} onClick={onClose}>
          Close
        </Button>
        {now.asked ? null : (
          <Button look="primary" onClick={() => stopComingIn()}>
            Try again
          </Button>
        )}
      </DialogActions>
    </Step>
  );
}
