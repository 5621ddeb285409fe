import { Button } from './button.tsx';
import styles from './work-progress.module.css';

type WorkProgressProps = { label: string; done: number; total: number; onCancel?: () => void };

/** A long piece of work while it runs: its name, how far it is, and where the dialog around it has none, a button that cancels it. */
export function WorkProgress({ label, done, total, onCancel }: WorkProgressProps) {
  return (
    <div className={styles.work}>
      <p role="status">{label}…</p>
      <progress aria-label={label} max={Math.max(1, total)} value={done} />
      {onCancel ? (
        <Button size="small" onClick={onCancel}>
          Cancel
        </Button>
      ) : null}
    </div>
  );
}
