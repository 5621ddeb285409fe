import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';

type Look = 'primary' | 'plain' | 'danger';
type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  look?: Look;
  size?: 'small' | 'medium';
  icon?: LucideIcon;
  /** The work has begun: it cannot be pressed twice. */
  busy?: boolean;
  children: ReactNode;
};

export function Button({
  look = 'plain',
  size = 'medium',
  icon: Icon,
  busy = false,
  className,
  disabled,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled}
      // Not `disabled`, which would take the focus away from the person who pressed it.
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={classNames(styles.button, styles[look], styles[size], className)}
    >
      {busy ? <span className={styles.spinner} aria-hidden="true" /> : Icon ? <Icon aria-hidden="true" /> : null}
      <span>{children}</span>
    </button>
  );
}
