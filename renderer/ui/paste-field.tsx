import { type ReactNode, useId } from 'react';
import styles from './field.module.css';
import { Refused } from './field.tsx';

type PasteFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** A picture was pasted or dropped instead of text. */
  onPicture?: (picture: Blob) => void;
  placeholder?: string;
  hint?: ReactNode;
  error?: string | null;
  rows?: number;
  autoFocus?: boolean;
  dir?: 'ltr';
  autoCapitalize?: 'none';
  /** The first field of a dialog. */
  'data-autofocus'?: boolean;
};

/** A field for whatever was copied: a link, an address, a whole message. Enter sends the form, Shift+Enter breaks a line. */
export function PasteField({ label, value, onChange, onPicture, hint, error, rows = 3, ...rest }: PasteFieldProps) {
  const id = useId();
  const pictureIn = (data: DataTransfer): Blob | undefined =>
    [...data.files].find((file) => file.type.startsWith('image/'));
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <textarea
        autoComplete="off"
        spellCheck={false}
        maxLength={20_000}
        {...rest}
        id={id}
        rows={rows}
        className={styles.area}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
        onPaste={(event) => {
          const picture = onPicture ? pictureIn(event.clipboardData) : undefined;
          if (!picture) return;
          event.preventDefault();
          onPicture?.(picture);
        }}
        onDragOver={(event) => {
          if (onPicture && event.dataTransfer.types.includes('Files')) event.preventDefault();
        }}
        onDrop={(event) => {
          const picture = onPicture ? pictureIn(event.dataTransfer) : undefined;
          if (!picture) return;
          event.preventDefault();
          onPicture?.(picture);
        }}
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
