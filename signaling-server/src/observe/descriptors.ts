import { open } from 'node:fs/promises';
import { type Clock, repeatTask } from '../clock.ts';
import type { Warnings } from '../warnings.ts';

const LOOK_EVERY_MS = 2_000;

const SENTENCE =
  'This process has no file descriptors left, so new connections are cut without a word: raise its limit (ulimit -n, LimitNOFILE).';

/**
 * Warns while the process can open nothing more. Node closes what it cannot accept and tells nobody, so this tries to open a
 * file now and then.
 */
export function watchDescriptors(
  clock: Clock,
  warnings: Pick<Warnings, 'warn' | 'clear'>,
  path = '/dev/null',
): () => void {
  const look = async (): Promise<void> => {
    try {
      await (await open(path)).close();
      warnings.clear('descriptors');
    } catch (failure) {
      const code = failure instanceof Error && 'code' in failure ? failure.code : undefined;
      if (code === 'EMFILE' || code === 'ENFILE') warnings.warn('descriptors', SENTENCE);
    }
  };
  return repeatTask(clock, LOOK_EVERY_MS, look).stop;
}
