import { CircleAlert } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import type { Answer } from '../store/api.ts';
import { Button } from './button.tsx';
import styles from './confirm.module.css';

type ConfirmProps = {
  title: string;
  children: ReactNode;
  /** The words on the button that does it. */
  action: string;
  look?: 'primary' | 'danger';
  /** Does it; the dialog stays open with the reason when that fails. */
  onConfirm: () => Promise<Answer<null>>;
  onClose: () => void;
  /** Gets the focus when what had it before is gone, as a button goes with its row. */
  orFocus?: RefObject<HTMLElement | null>;
};

/** Asks before something happens, on the browser's own <dialog>: focus stays inside and returns, Escape closes. */
export function Confirm({ title, children, action, look = 'primary', onConfirm, onClose, orFocus }: ConfirmProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const before = document.activeElement;
    const otherwise = orFocus?.current;
    dialog.showModal();
    return () => {
      // Only then: while it is open nothing outside of it can have the focus.
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else otherwise?.focus();
    };
  }, [orFocus]);

  const confirm = async () => {
    setBusy(true);
    setFailed('');
    const answer = await onConfirm();
    setBusy(false);
    if (answer.ok) onClose();
    else setFailed(answer.sentence);
  };

  return (
    <dialog
      ref={ref}
      className={styles.dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} className={styles.text}>
        {children}
      </div>
      {failed ? (
        <p role="alert" className={styles.failed}>
          <CircleAlert aria-hidden="true" />
          {failed}
        </p>
      ) : null}
      <div className={styles.actions}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look={look} busy={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </dialog>
  );
}
