import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';

type Look = 'primary' | 'plain' | 'quiet' | 'danger' | 'danger-quiet';
type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  look?: Look;
  size?: 'small' | 'medium' | 'large';
  icon?: LucideIcon;
  /** Shows that the work has begun and keeps the button from being pressed twice. */
  busy?: boolean;
  children: ReactNode;
};

const looks = {
  primary: styles.primary,
  plain: styles.plain,
  quiet: styles.quiet,
  danger: styles.danger,
  'danger-quiet': styles.dangerQuiet,
} satisfies Record<Look, string | undefined>;

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
      className={classNames(styles.button, looks[look], styles[size], className)}
    >
      {busy ? <span className={styles.spinner} aria-hidden="true" /> : Icon ? <Icon aria-hidden="true" /> : null}
      <span className={styles.label}>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children' | 'aria-label'> & {
  icon: LucideIcon;
  label: string;
  look?: Look;
  shortcut?: string;
  /** Where a tooltip cannot show (inside a modal dialog) or would only repeat what stands there. */
  tooltip?: boolean;
  side?: 'top' | 'right' | 'bottom' | 'left';
};

/** A button that shows only its icon; its name is in the tooltip and for screen readers. */
export function IconButton({
  icon: Icon,
  label,
  look = 'quiet',
  shortcut,
  tooltip = true,
  side = 'bottom',
  className,
  ...rest
}: IconButtonProps) {
  const button = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={classNames(styles.button, styles.iconOnly, looks[look], className)}
    >
      <Icon aria-hidden="true" />
    </button>
  );
  if (!tooltip) return button;
  return (
    <Tooltip label={label} side={side} {...(shortcut ? { shortcut } : {})}>
      {button}
    </Tooltip>
  );
}
