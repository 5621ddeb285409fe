import { type Settings, usualSettings } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { followQuiet, nextTimeOfDay, quietAt } from './quiet.ts';

/** A time of one day, by the clock on the wall. */
const at = (hours: number, minutes = 0) => new Date(2026, 10, 30, hours, minutes).getTime();
const hours = (from: number, until: number): Settings['ringing'] => ({
  ...usualSettings.ringing,
  quietHours: { on: true, from: from * 60, until: until * 60 },
});

describe('the times at which no call rings (C11)', () => {
  it.each([
    [22, 7, 21, false],
    [22, 7, 22, true],
    [22, 7, 3, true],
    [22, 7, 7, false],
    [12, 14, 13, true],
    [12, 14, 14, false],
    [9, 9, 9, false],
  ])('are the quiet hours: from %i to %i at %i o’clock: %s', (from, until, now, quiet) => {
    expect(quietAt(hours(from, until), at(now)) !== null).toBe(quiet);
  });

  it('end on the next morning where they go over midnight', () => {
    expect(quietAt(hours(22, 7), at(23))?.until).toBe(new Date(2026, 11, 1, 7).getTime());
    expect(quietAt(hours(22, 7), at(6))?.until).toBe(at(7));
    expect(nextTimeOfDay(7 * 60, at(7))).toBe(new Date(2026, 11, 1, 7).getTime());
  });

  it('are none where nothing is said of them', () => {
    expect(quietAt(usualSettings.ringing, at(3))).toBeNull();
  });

  it('are those of “do not disturb”, until its end or until it is turned off', () => {
    const ringing = (doNotDisturb: Settings['ringing']['doNotDisturb']) => ({ ...usualSettings.ringing, doNotDisturb });
    expect(quietAt(ringing({ at: 'on' }), at(12))).toEqual({ why: 'do-not-disturb', until: null });
    const hour = ringing({ at: 'until', until: at(13) });
    expect([quietAt(hour, at(12, 59))?.until, quietAt(hour, at(13))]).toEqual([at(13), null]);
    // Set while the clock was a year ahead: it must not keep every call away for a year.
    expect(quietAt(ringing({ at: 'until', until: at(12) + 31_536_000_000 }), at(12))).toBeNull();
  });
});

describe('the state of the app', () => {
  it('follows the settings at once and the time of day within seconds, and leaves no timer', () => {
    const clock = fakeClock();
    const store = createAppStore();
    const stop = followQuiet(store, clock);
    const change = (ringing: Partial<Settings['ringing']>) =>
      store.setState(({ settings }) => ({ settings: { ...settings, ringing: { ...settings.ringing, ...ringing } } }));
    const until = clock.now() + 60_000;
    change({ doNotDisturb: { at: 'until', until } });
    expect(store.getState().quiet).toEqual({ why: 'do-not-disturb', until });
    clock.advance(75_000);
    expect(store.getState().quiet).toBeNull();
    change({ doNotDisturb: { at: 'on' } });
    expect(store.getState().quiet).toEqual({ why: 'do-not-disturb', until: null });
    stop();
    change({ doNotDisturb: { at: 'off' } });
    expect(store.getState().quiet).not.toBeNull();
  });
});
