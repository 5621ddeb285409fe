import { type ErrorCode, ParleyError } from '@parley/shared/protocol';
import { asFileError } from '../file-errors.ts';

const codes: readonly [pattern: RegExp, code: ErrorCode][] = [
  [/^SQLITE_(CORRUPT|NOTADB)/, 'history-damaged'],
  [/^SQLITE_(BUSY|LOCKED)/, 'history-locked'],
  [/^SQLITE_FULL/, 'disk-full'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM|IOERR)/, 'disk-read-only'],
];

/** The ParleyError for whatever SQLite or the file system threw. */
export function asHistoryError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = codes.find(([pattern]) => pattern.test(code));
  return known ? new ParleyError(known[1], { cause: thrown }) : asFileError(thrown);
}

/** Whether `thrown` says that a file is damaged, rather than out of reach. */
export const isDamage = (thrown: unknown): boolean => asHistoryError(thrown).code === 'history-damaged';
