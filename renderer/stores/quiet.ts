import type { Settings } from '@parley/shared/model';
import type { Clock } from '@parley/shared/timing';
import type { AppStore } from './app-store.ts';
import type { Quiet } from './state.ts';

/** No such time ends later than tomorrow: one that does was set while the clock was ahead. */
const LONGEST_MS = 172_800_000;
/** So late a time that has come is noticed: somebody may set the clock, and a computer may sleep over it. */
const LOOK_EVERY_MS = 15_000;

type Ringing = Settings['ringing'];

/** The next time, after `nowMs`, at which the clock on the wall shows these minutes since midnight. In ms. */
export function nextTimeOfDay(minutes: number, nowMs: number): number {
  const next = new Date(nowMs);
  next.setHours(Math.floor(minutes / 60), minutes % 60, 0, 0);
  if (next.getTime() <= nowMs) next.setDate(next.getDate() + 1);
  return next.getTime();
}

/** Why no call may ring at this time of the wall clock; null where calls may. */
export function quietAt({ doNotDisturb, quietHours }: Ringing, nowMs: number): Quiet | null {
  if (doNotDisturb.at === 'on') return { why: 'do-not-disturb', until: null };
  const leftMs = doNotDisturb.at === 'until' ? doNotDisturb.until - nowMs : 0;
  if (doNotDisturb.at === 'until' && leftMs > 0 && leftMs <= LONGEST_MS)
    return { why: 'do-not-disturb', until: doNotDisturb.until };
  const { on, from, until } = quietHours;
  if (!on || from === until) return null;
  const now = new Date(nowMs);
  const minute = now.getHours() * 60 + now.getMinutes();
  const isWithin = from < until ? minute >= from && minute < until : minute >= from || minute < until;
  return isWithin ? { why: 'quiet-hours', until: nextTimeOfDay(until, nowMs) } : null;
}

/** Keeps `quiet` in the state as the settings and the time of day say. Returns the undo. */
export function followQuiet(store: AppStore, clock: Pick<Clock, 'now' | 'after'>): () => void {
  let undo: () => void = () => {};
  const look = () => {
    undo();
    const { settings, quiet } = store.getState();
    const { doNotDisturb, quietHours } = settings.ringing;
    const next = quietAt(settings.ringing, clock.now());
    // Only what the time of day can change is looked at again.
    if (quietHours.on || (doNotDisturb.at === 'until' && next)) undo = clock.after(LOOK_EVERY_MS, look);
    if (next?.why !== quiet?.why || next?.until !== quiet?.until) store.setState({ quiet: next });
  };
  look();
  const unsubscribe = store.subscribe((state, before) => {
    if (state.settings.ringing !== before.settings.ringing) look();
  });
  return () => {
    unsubscribe();
    undo();
  };
}
