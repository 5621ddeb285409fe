import type { Clock } from './clock.ts';

type Readings = Pick<Clock, 'now' | 'monotonicMs'>;

/** A moment as both readings of a clock show it. */
export type Moment = { wallMs: number; monotonicMs: number };

/** This moment. */
export const momentOf = (clock: Readings): Moment => ({ wallMs: clock.now(), monotonicMs: clock.monotonicMs() });

/**
 * The milliseconds since a moment, for what ends elsewhere at its time, as a right at a server does: those of sleep count too.
 * A wall clock that was set back changes nothing. One that was set forward shows more than passed, so that something is renewed
 * early.
 */
export const elapsedMs = (clock: Readings, since: Moment): number =>
  Math.max(clock.monotonicMs() - since.monotonicMs, clock.now() - since.wallMs);
