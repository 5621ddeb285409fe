import { performance } from 'node:perf_hooks';
import { type Clock as AnyClock, repeat, systemClock as usual } from '@parley/shared/timing';

export { repeat };

/** `now` is milliseconds since 1970 as they were at the start, counted by a clock that nobody sets: it never goes back. */
export interface Clock extends Pick<AnyClock, 'now' | 'after'> {
  /** Milliseconds since 1970 by the computer's clock, for what others are told or compare. */
  wall(): number;
}

const ORIGIN_MS = performance.timeOrigin;

export const systemClock: Clock = {
  ...usual,
  now: () => Math.round(ORIGIN_MS + performance.now()),
  wall: () => Date.now(),
};

/**
 * Does `task` every `everyMs` and whenever `run` is called, but never twice at the same time. `onFailure` hears of a failure: the
 * next time makes up for it.
 */
export function repeatTask(
  clock: Clock,
  everyMs: number,
  task: () => Promise<unknown>,
  onFailure: (failure: unknown) => void = () => {},
): RepeatedTask {
  let isRunning = false;
  const run = (): void => {
    if (isRunning) return;
    isRunning = true;
    task()
      .catch(onFailure)
      .finally(() => {
        isRunning = false;
      });
  };
  return { run, stop: repeat(clock, everyMs, run) };
}
export type RepeatedTask = { run: () => void; stop: () => void };
