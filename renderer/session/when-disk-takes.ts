import { type ErrorCode, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';

/** Refusals of a disk that pass: room is made, another program lets go of the file. */
const PASSING: readonly ErrorCode[] = ['disk-full', 'history-locked', 'timed-out'];
const AGAIN_AFTER_MS = 500;
const AGAIN_MAX_MS = 5_000;

export type DiskWait<T> = {
  /** The outcome of the first try that the disk took or that was refused for another reason; `cancelled` after `cancel`. */
  done: Promise<Outcome<T>>;
  /** Ends the waiting. A try that is under way still counts. */
  cancel(): void;
};

/**
 * Tries `write` until the disk takes it. It must be repeatable, as `history.compose` is on its id. `waiting` hears the
 * refusal of each try in vain, so that the person is told why and may cancel. `passes` tells which refusals are worth another try.
 */
export function whenDiskTakes<T>(
  clock: Pick<Clock, 'after'>,
  write: () => Promise<Outcome<T>>,
  waiting: (refusal: Refusal) => void,
  passes: (code: ErrorCode) => boolean = (code) => PASSING.includes(code),
): DiskWait<T> {
  let cancelled = false;
  let stopWaiting: (() => void) | undefined;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const undo = clock.after(ms, resolve);
      stopWaiting = () => {
        undo();
        resolve();
      };
    });
  const tryUntilTaken = async (): Promise<Outcome<T>> => {
    for (let afterMs = AGAIN_AFTER_MS; ; afterMs = Math.min(2 * afterMs, AGAIN_MAX_MS)) {
      const outcome = await write();
      if (outcome.ok || !passes(outcome.code)) return outcome;
      if (!cancelled) {
        waiting(outcome);
        await pause(afterMs);
      }
      if (cancelled) return refuse('cancelled');
    }
  };
  return {
    done: tryUntilTaken(),
    cancel() {
      cancelled = true;
      stopWaiting?.();
    },
  };
}
