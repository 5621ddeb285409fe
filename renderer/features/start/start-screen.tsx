import { RotateCcw } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Logo } from '../../ui/logo.tsx';
import styles from './start-screen.module.css';

export function Starting() {
  return (
    <main className={styles.screen} aria-busy="true">
      <Logo size={56} />
      <h1 className="visually-hidden">Parley</h1>
      <p role="status">Opening your conversations…</p>
    </main>
  );
}

/** Nothing works without the core, so it is said plainly what happened and what to do. */
export function StartFailed() {
  const start = useApp((state) => state.start);
  const { retryStart } = useActions();
  if (start.at !== 'failed') return null;
  return (
    <main className={styles.screen}>
      <Logo size={56} />
      <h1>Parley could not start</h1>
      <p role="alert">{start.refusal.message}</p>
      <Button look="primary" icon={RotateCcw} onClick={() => retryStart()}>
        Try again
      </Button>
      <details className={styles.details}>
        <summary>Details</summary>
        {start.refusal.code}
      </details>
    </main>
  );
}
