import type { Preparing } from '@parley/shared/model';
import type { Clock } from './ports.ts';

/** Shorter than this nobody needs to know. */
export const SAID_AFTER_MS = 1_000;

/** Passes on how far a piece of work is once it has taken a while, and then each step. `end` when it is over. */
export function sayWhenLong(clock: Pick<Clock, 'after'>, say: (progress: Preparing) => void) {
  let last: Preparing | undefined;
  let isLong = false;
  let undo: (() => void) | undefined;
  return {
    goesOn(progress: Preparing): void {
      last = progress;
      if (isLong) say(progress);
      undo ??= clock.after(SAID_AFTER_MS, () => {
        isLong = true;
        if (last) say(last);
      });
    },
    end: () => undo?.(),
  };
}
