import { useEffect, useState } from 'react';
import type { NewPhrase } from '../../stores/actions/backup.ts';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Refused, TextField } from '../../ui/field.tsx';
import styles from './backup.module.css';

type Step =
  | { at: 'making' }
  | { at: 'failed'; message: string }
  | { at: 'shown'; phrase: NewPhrase }
  | { at: 'asking'; phrase: NewPhrase };

/** Shows a new recovery phrase once, and asks two of its words back. */
export function PhraseDialog({ onClose }: { onClose: () => void }) {
  const { newPhrase } = useActions();
  const [step, setStep] = useState<Step>({ at: 'making' });
  useEffect(() => {
    // Once: another call would make other words than those that the person writes down.
    void newPhrase().then((made) =>
      setStep(made.ok ? { at: 'shown', phrase: made.value } : { at: 'failed', message: made.message }),
    );
  }, [newPhrase]);

  return (
    <Dialog title="Your 12 words" onClose={onClose}>
      {step.at === 'making' ? <p role="status">Making new words…</p> : null}
      {step.at === 'failed' ? <Refused>{step.message}</Refused> : null}
      {step.at === 'shown' ? (
        <ShownPhrase phrase={step.phrase} onClose={onClose} onNext={() => setStep({ ...step, at: 'asking' })} />
      ) : null}
      {step.at === 'asking' ? (
        <AskedWords phrase={step.phrase} onClose={onClose} onBack={() => setStep({ ...step, at: 'shown' })} />
      ) : null}
    </Dialog>
  );
}

function ShownPhrase({ phrase, onClose, onNext }: { phrase: NewPhrase; onClose: () => void; onNext: () => void }) {
  // The same word may come twice.
  const numbered = phrase.words.map((word, place) => ({ number: place + 1, word }));
  return (
    <>
      <p>
        <strong>Write these words down on paper, in this order.</strong> They open your backups. Without them nobody
        can, not even you; with them anybody who has a backup can.
      </p>
      <ol className={styles.words} translate="no">
        {numbered.map(({ number, word }) => (
          <li key={number}>{word}</li>
        ))}
      </ol>
      <p className={styles.fact}>Parley does not show them again.</p>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" data-autofocus onClick={onNext}>
          I wrote them down
        </Button>
      </DialogActions>
    </>
  );
}

function AskedWords({
  phrase: { asked },
  onClose,
  onBack,
}: {
  phrase: NewPhrase;
  onClose: () => void;
  onBack: () => void;
}) {
  const { confirmPhrase } = useActions();
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    setBusy(true);
    setError(null);
    const confirmed = await confirmPhrase([first, second]);
    setBusy(false);
    if (confirmed.ok) onClose();
    else
      setError(
        confirmed.code === 'cancelled' ? 'Choose a folder for the backups, then they can start.' : confirmed.message,
      );
  };

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <p>Look at your paper and type these two words.</p>
      <TextField label={`Word ${asked[0] + 1}`} value={first} onChange={setFirst} autoFocus autoCapitalize="none" />
      <TextField
        label={`Word ${asked[1] + 1}`}
        value={second}
        onChange={setSecond}
        autoCapitalize="none"
        error={error}
      />
      <DialogActions>
        <Button look="quiet" onClick={onBack}>
          Show the words
        </Button>
        <Button look="primary" type="submit" busy={busy} disabled={first.trim() === '' || second.trim() === ''}>
          Start backups
        </Button>
      </DialogActions>
    </form>
  );
}
