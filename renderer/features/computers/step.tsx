import { ShieldCheck } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { DialogActions } from '../../ui/dialog.tsx';
import styles from './computers.module.css';

/**
 * A step of a dialog that goes on by itself. When it begins, its heading takes the focus: a keyboard is at the start of what is new, a
 * screen reader says what it is about, and nobody presses a button that came to lie under their finger. A step is told from the one
 * before by its `key`.
 */
export function Step({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={styles.step} aria-labelledby={id}>
      <h3 ref={heading} id={id} tabIndex={-1} data-autofocus className={styles.heading}>
        {title}
      </h3>
      {children}
    </section>
  );
}

/** Says what goes on within a step. It has to be there before its words: a screen reader hears what changes in it. */
export function Said({ children }: { children: string }) {
  return (
    <p role="status" className="visually-hidden">
      {children}
    </p>
  );
}

/** How far a transfer is, in quarters: each part would be too many words. Pure. */
export function quarterOf(done: number, total: number): string {
  const quarter = Math.floor((done / Math.max(1, total)) * 4) * 25;
  return quarter === 0 ? '' : `${quarter} percent`;
}

/** The number that both computers show. */
export function SafetyCode({ code }: { code: string | null }) {
  return (
    <p className={code === null ? `${styles.safety} ${styles.waiting}` : styles.safety} data-safety-code>
      {code ?? 'The number comes in a moment…'}
    </p>
  );
}

/** The words by which a screen reader says the number once it is there, digit by digit. Pure. */
export const numberWords = (code: string | null): string =>
  code === null ? '' : `The number is ${code.replace(/\D/g, '').split('').join(' ')}.`;

/** The answers to whether both computers show the same number, which is null until it is known. */
export function CompareActions({
  code,
  onSame,
  onDiffer,
}: {
  code: string | null;
  onSame: () => void;
  onDiffer: () => void;
}) {
  return (
    <DialogActions>
      <Button look="danger-quiet" onClick={onDiffer}>
        They differ
      </Button>
      <Button look="primary" icon={ShieldCheck} disabled={code === null} onClick={onSame}>
        They are the same
      </Button>
    </DialogActions>
  );
}

export function CancelAlone({ onClose }: { onClose: () => void }) {
  return (
    <DialogActions>
      <Button look="quiet" onClick={onClose}>
        Cancel
      </Button>
    </DialogActions>
  );
}
