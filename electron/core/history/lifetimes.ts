import type { Entry } from '@parley/shared/model';

/**
 * A body that arrives when its time is over, by the author's time and this clock, stays for so long. One of the two clocks may be
 * wrong, or the message was long on its way: in both cases its words are seen before they go.
 */
export const SEEN_FOR_MS = 3_600_000;

/**
 * When the body of an entry goes from this device, in ms of this device's clock; null where it stays. The author's `sentAt` counts only within
 * bounds of this device's own clock, which no other device can move: a body stays at most `expires` after it arrived, and
 * at least `SEEN_FOR_MS`, or `expires` where that is shorter. Without its body an entry is due as soon as its time is over.
 */
export function dueAt({ sentAt, expires, body }: Pick<Entry, 'sentAt' | 'expires' | 'body'>, nowMs: number) {
  if (expires === undefined) return null;
  const atLeast = body === null ? 0 : Math.min(expires, SEEN_FOR_MS);
  return nowMs + Math.min(Math.max(sentAt + expires - nowMs, atLeast), expires);
}

/**
 * The clock by which messages disappear while the app runs, in ms: the wall clock, and never behind the time that has passed since
 * the start by the monotonic one. A wall clock that is set back keeps no words; one that goes ahead counts, because
 * that is how a computer comes back from sleep, in which the monotonic clock stands still. In doubt words go too early.
 */
export function lifetimeClock(clock: { wall(): number; monotonic(): number }): () => number {
  const ahead = clock.wall() - clock.monotonic();
  return () => Math.max(clock.wall(), Math.round(clock.monotonic() + ahead));
}

/** The wall clock is believed when it has gone on beside the monotonic one for so long. */
const SETTLED_AFTER_MS = 600_000;
const JUMP_MS = 60_000;

/**
 * The clock by which a room's old messages are dropped, in ms; null while it cannot be told. A computer may start with a wrong date and get
 * the right one minutes later, and messages that were dropped do not come back: so the wall clock counts only after it has
 * gone on beside the monotonic one for ten minutes, without a jump. In doubt messages stay too long.
 */
export function settledClock(clock: { wall(): number; monotonic(): number }): () => number | null {
  let ahead = clock.wall() - clock.monotonic();
  let since = clock.monotonic();
  return () => {
    const monotonic = clock.monotonic();
    const now = clock.wall() - monotonic;
    if (Math.abs(now - ahead) > JUMP_MS) {
      ahead = now;
      since = monotonic;
    }
    return monotonic - since >= SETTLED_AFTER_MS ? clock.wall() : null;
  };
}
