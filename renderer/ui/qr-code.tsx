import { encodeQR } from 'qr';
import { useMemo } from 'react';
import styles from './qr-code.module.css';

type QrCodeProps = {
  text: string;
  /** A name for where the code leads, for people who do not see it. */
  label: string;
};

/** A QR code as large as its place allows: dark on light in every theme, because cameras expect that. */
export function QrCode({ text, label }: QrCodeProps) {
  const { size, path } = useMemo(() => drawingOf(text), [text]);
  return (
    <svg className={styles.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}

/** One square of the code is one unit. The border of 4 is what the standard asks for. */
export function drawingOf(text: string): { size: number; path: string } {
  const rows = encodeQR(text, 'raw', { border: 4, ecc: 'low' });
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size: rows.length, path: squares.join('') };
}
