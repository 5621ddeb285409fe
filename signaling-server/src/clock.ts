import { performance } from 'node:perf_hooks';
import { type Clock as AnyClock, systemClock as usual } from '@parley/shared/timing';

export { repeat } from '@parley/shared/timing';

/** `now` is milliseconds since 1970 as they were at the start, counted by a clock that nobody sets: it never goes back. */
export interface Clock extends AnyClock {
  /** Milliseconds since 1970 by the computer's clock, for what others are told or compare. */
  wall(): number;
}

export const systemClock: Clock = {
  ...usual,
  now: () => Math.round(performance.timeOrigin + performance.now()),
  wall: () => Date.now(),
};
