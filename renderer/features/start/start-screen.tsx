import type { Preparing } from '@parley/shared/model';
import { RotateCcw } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Logo } from '../../ui/logo.tsx';
import styles from './start-screen.module.css';

export function Starting() {
  const preparing = useApp(({ start }) => (start.at === 'starting' ? start.preparing : null));
  return (
    <main className={styles.screen} aria-busy="true">
      <Logo size={56} />
      <h1 className="visually-hidden">Parley</h1>
      {preparing ? <PreparingHistory {...preparing} /> : <p role="status">Opening your conversations…</p>}
    </main>
  );
}

/** How far a history of an earlier version is brought to this one. A screen reader is told that it goes on, not each step. */
function PreparingHistory({ done, total }: Preparing) {
  const isCounted = total > 0 && done < total;
  const percent = Math.floor((done / Math.max(1, total)) * 100);
  const isLast = total > 0 && done >= total;
  return (
    <div className={styles.preparing}>
      <p>
        <span role="status">Preparing your history for this version</span>
        {isCounted ? `: ${percent} %` : isLast ? ': almost done' : '…'}
      </p>
      <progress aria-label="Preparing your history" {...(isCounted ? { max: total, value: done } : {})} />
      <p className={styles.hint}>
        This is done once and can take some minutes. Nothing is lost if Parley is closed meanwhile.
      </p>
    </div>
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
