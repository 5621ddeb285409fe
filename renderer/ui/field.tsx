import { ChevronDown, CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { Switch as Primitive } from 'radix-ui';
import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';
import styles from './field.module.css';

type TextFieldProps = Omit<ComponentProps<'input'>, 'onChange' | 'value'> & {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: string | null;
};

/** A line of text with its label, a hint and what was refused. */
export function TextField({ label, value, onChange, hint, error, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <input
        type="text"
        dir="auto"
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        className={styles.input}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-more` : undefined}
      />
      {error || hint ? (
        <div id={`${id}-more`} className={styles.hint}>
          {error ? <Refused>{error}</Refused> : hint}
        </div>
      ) : null}
    </div>
  );
}

/** A refusal beside the field it belongs to. Announced at once. */
export function Refused({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className={styles.refused}>
      <CircleAlert aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}

type SelectFieldProps = {
  label: string;
  /** The label above; with `quiet` it is only for screen readers. */
  quiet?: boolean;
  value: string;
  onChange: (value: string) => void;
  options: readonly { id: string; label: string }[];
  /** Shown when there is nothing to choose. */
  empty: string;
  disabled?: boolean;
  icon?: ReactNode;
  hint?: string | null;
};

/** A choice from the system's own menu: works everywhere, with every input method. */
export function SelectField({
  label,
  quiet = false,
  value,
  onChange,
  options,
  empty,
  disabled = false,
  icon,
  hint = null,
}: SelectFieldProps) {
  const id = useId();
  const known = options.some((option) => option.id === value);
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={classNames(styles.label, quiet && 'visually-hidden')}>
        {label}
      </label>
      <div className={styles.select}>
        {icon}
        <select
          id={id}
          aria-label={label}
          aria-describedby={hint ? `${id}-hint` : undefined}
          className={classNames(styles.input, icon ? styles.withIcon : undefined)}
          value={known ? value : (options[0]?.id ?? '')}
          disabled={disabled || options.length === 0}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.length === 0 ? <option value="">{empty}</option> : null}
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown className={styles.chevron} aria-hidden="true" />
      </div>
      {hint ? (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

type SwitchFieldProps = {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ReactNode;
  disabled?: boolean;
  icon?: ReactNode;
};

/** Something that is on or off at once. */
export function SwitchField({ label, checked, onChange, hint, disabled = false, icon }: SwitchFieldProps) {
  const id = useId();
  return (
    <div className={styles.switchRow}>
      {icon}
      <div className={styles.switchText}>
        <label htmlFor={id} className={styles.switchLabel}>
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className={styles.hint}>
            {hint}
          </p>
        ) : null}
      </div>
      <Primitive.Root
        id={id}
        className={styles.switch}
        aria-label={label}
        aria-describedby={hint ? `${id}-hint` : undefined}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
      >
        <Primitive.Thumb className={styles.thumb} />
      </Primitive.Root>
    </div>
  );
}

type BannerProps = {
  tone: 'info' | 'warning' | 'danger';
  role?: 'alert' | 'status';
  title?: string;
  children: ReactNode;
  action?: ReactNode;
};

/** A sentence that a person should read now, with what can be done about it. */
export function Banner({ tone, role, title, children, action }: BannerProps) {
  const Icon = tone === 'info' ? Info : tone === 'warning' ? TriangleAlert : CircleAlert;
  return (
    <div className={classNames(styles.banner, styles[tone])} role={role}>
      <Icon aria-hidden="true" />
      <div className={styles.bannerText}>
        {title ? <strong>{title}</strong> : null}
        <div>{children}</div>
      </div>
      {action}
    </div>
  );
}
