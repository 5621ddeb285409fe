import { ParleyError } from '@parley/shared/protocol';

/** The ParleyError for what the file system threw. */
export function asFileError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ParleyError('disk-full', { cause: thrown });
  if (['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST'].includes(code)) {
    return new ParleyError('disk-read-only', { cause: thrown });
  }
  return new ParleyError('internal', { cause: thrown });
}
