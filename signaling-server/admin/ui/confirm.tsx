import { CircleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Answer } from '../store/api.ts';
import { Button } from './button.tsx';
import styles from './confirm.module.css';

type ConfirmProps = {
  title: string;
  children: ReactNode;
  /** What the button that does it says. */
  action: string;
  look?: 'primary' | 'danger';
  /** Does it; the dialog stays open with the reason when that fails. */
  onConfirm: () => Promise<Answer<null>>;
  onClose: () => void;
};

/** Asks before something happens, on the browser's own <dialog>: focus stays inside and returns, Escape closes. */
export function Confirm({ title, children, action, look = 'primary', onConfirm, onClose }: ConfirmProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

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
