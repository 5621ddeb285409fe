import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './dialog.module.css';

type DialogProps = {
  title: string;
  /** Escape, the close button, or a click beside the dialog. */
  onClose: () => void;
  children: ReactNode;
  size?: 'small' | 'medium' | 'wide';
  /** Shows no title bar; the title is still the dialog's name. */
  bare?: boolean;
};

/**
 * A modal dialog on the browser's own <dialog>: focus stays inside, Escape closes, focus returns. It is open
 * while it is rendered. An element with `data-autofocus` gets the focus first.
 *
 * Not Radix's dialog: that one locks scrolling by a <style> element, which the content security policy refuses.
 */
export function Dialog({ title, onClose, children, size = 'medium', bare = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const pressedOutside = useRef(false);

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const before = document.activeElement;
    const around = ancestorsOf(before);
    dialog.showModal();
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      else if (document.activeElement === document.body) focusNear(around);
    };
  }, []);

  return (
    <dialog
      ref={ref}
      className={classNames(styles.dialog, styles[size], bare && styles.bare)}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      // A press that starts inside and ends outside (selecting text) must not close it.
      onPointerDown={(event) => {
        pressedOutside.current = event.target === event.currentTarget;
      }}
      onClick={(event) => {
        if (pressedOutside.current && event.target === event.currentTarget) onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className={styles.box}>
        {bare ? (
          <h2 id={titleId} className="visually-hidden">
            {title}
          </h2>
        ) : (
          <header className={styles.head}>
            <h2 id={titleId}>{title}</h2>
            <IconButton icon={X} label="Close" tooltip={false} onClick={onClose} />
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}

const ancestorsOf = (element: Element | null): Element[] =>
  element?.parentElement ? [element.parentElement, ...ancestorsOf(element.parentElement)] : [];

/** The button that opened a dialog may be gone with what the dialog did: the focus goes to the next one around it. */
function focusNear(around: readonly Element[]): void {
  const nearest = around.find((element) => element.isConnected && element !== document.body);
  nearest?.querySelector<HTMLElement>(':is(a[href], button, input, select, textarea):not(:disabled)')?.focus();
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
