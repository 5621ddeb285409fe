import { ArchiveRestore, ArrowRight, HardDrive, Lock, MonitorSmartphone, Users } from 'lucide-react';
import { useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Logo } from '../../ui/logo.tsx';
import { RestoreDialog } from '../backup/restore-dialog.tsx';
import { ComeInDialog } from '../computers/come-in-dialog.tsx';
import styles from './welcome-screen.module.css';

/** The first thing a person sees: one question. */
export function WelcomeScreen() {
  const { setName } = useActions();
  const [name, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [restoring, setRestoring] = useState(false);
  const [comingIn, setComingIn] = useState(false);

  const submit = async () => {
    setBusy(true);
    const outcome = await setName(name.trim());
    setBusy(false);
    setError(outcome.ok ? null : outcome.message);
  };

  return (
    <main className={styles.screen}>
      <form
        className={styles.card}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Logo size={52} />
        <div>
          <h1>Welcome to Parley</h1>
          <p className={styles.lead}>Private calls and chat, straight from your computer to theirs.</p>
        </div>
        <TextField
          label="Your name"
          value={name}
          onChange={(typed) => {
            setTyped(typed);
            setError(null);
          }}
          autoFocus
          maxLength={64}
          hint="The people you talk to see it. You can change it later."
          error={error}
        />
        <Button look="primary" size="large" type="submit" icon={ArrowRight} busy={busy} disabled={name.trim() === ''}>
          Continue
        </Button>
        <Button look="quiet" icon={MonitorSmartphone} onClick={() => setComingIn(true)}>
          I use Parley on another computer
        </Button>
        <Button look="quiet" icon={ArchiveRestore} onClick={() => setRestoring(true)}>
          I have a backup
        </Button>
      </form>
      {comingIn ? <ComeInDialog onClose={() => setComingIn(false)} /> : null}
      {restoring ? <RestoreDialog onClose={() => setRestoring(false)} /> : null}
      <ul className={styles.promises}>
        <li>
          <Lock aria-hidden="true" /> No account, no phone number
        </li>
        <li>
          <Users aria-hidden="true" /> The server only introduces you
        </li>
        <li>
          <HardDrive aria-hidden="true" /> Your messages stay on your disk
        </li>
      </ul>
    </main>
  );
}
