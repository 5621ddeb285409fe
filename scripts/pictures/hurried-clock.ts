import type { Clock } from '@parley/signaling-server/clock.ts';

const HURRY = 45;

/** Time that can be hurried. It begins behind, so that it is right when the hurry is over. */
export function hurriedClock(behindMs: number): Clock & { atItsOwnPace(): void } {
  let rate = HURRY;
  let from = Date.now();
  let shown = from - behindMs;
  const now = () => shown + (Date.now() - from) * rate;
  const due = new Map<() => void, { at: number; timer: NodeJS.Timeout }>();
  const arm = (run: () => void, at: number) =>
    due.set(run, { at, timer: setTimeout(run, Math.max(0, at - now()) / rate) });
  return {
    now,
    wall: now,
    after(delayMs, callback) {
      const run = () => {
        due.delete(run);
        callback();
      };
      arm(run, now() + delayMs);
      return () => {
        clearTimeout(due.get(run)?.timer);
        due.delete(run);
      };
    },
    atItsOwnPace() {
      shown = now();
      from = Date.now();
      rate = 1;
      for (const [run, { at, timer }] of [...due]) {
        clearTimeout(timer);
        arm(run, at);
      }
    },
  };
}
