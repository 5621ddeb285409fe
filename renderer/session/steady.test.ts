import { describe, expect, it } from 'vitest';
import type { LinkQuality } from './link-quality.ts';
import { SteadyQuality, SteadyTroubles } from './steady.ts';

const good: LinkQuality = { level: 'good' };
const lossy = (lossRatio: number): LinkQuality => ({
  level: 'poor',
  cause: { kind: 'packet-loss', direction: 'received', lossRatio, alone: false },
});

function levels(...readings: LinkQuality[]): string[] {
  const steady = new SteadyQuality();
  return readings.map((reading) => {
    steady.take(reading);
    return steady.shown.level;
  });
}

describe('a quality that is shown', () => {
  it('is there with the first reading (C7)', () => {
    expect(levels(good)).toEqual(['good']);
    expect(levels(lossy(0.1))).toEqual(['poor']);
  });

  it('does not follow one bad reading, and follows two (C7)', () => {
    expect(levels(good, lossy(0.1), good, lossy(0.1), good)).toEqual(['good', 'good', 'good', 'good', 'good']);
    expect(levels(good, lossy(0.1), lossy(0.1))).toEqual(['good', 'good', 'poor']);
  });

  it('takes three good readings to be good again (C7)', () => {
    expect(levels(lossy(0.1), good, good, lossy(0.1), good, good, good).join()).toBe(
      'poor,poor,poor,poor,poor,poor,good',
    );
  });

  it('changes numbers at once, and is the same object while nothing changes', () => {
    const steady = new SteadyQuality();
    steady.take(lossy(0.1));
    const first = steady.shown;
    expect(steady.take(lossy(0.1))).toBe(false);
    expect(steady.shown).toBe(first);
    expect(steady.take(lossy(0.12))).toBe(true);
    expect(steady.shown).toEqual(lossy(0.12));
  });

  it('is unknown as soon as the connection is over', () => {
    const steady = new SteadyQuality();
    steady.take(lossy(0.1));
    expect([steady.forget(), steady.shown, steady.forget()]).toEqual([true, { level: 'unknown' }, false]);
  });
});

describe('troubles that are told', () => {
  it('have lasted for four seconds, a silent microphone for twenty (C7)', () => {
    const steady = new SteadyTroubles();
    const told: string[] = [];
    for (let at = 0; at <= 24_000; at += 2_000) {
      if (steady.take(['computer', 'microphone'], at)) told.push(`${at} ${steady.shown.join()}`);
    }
    expect(told).toEqual(['4000 computer', '20000 computer,microphone']);
  });

  it('start over after a moment in which all was well', () => {
    const steady = new SteadyTroubles();
    steady.take(['uplink'], 0);
    steady.take([], 2_000);
    steady.take(['uplink'], 3_000);
    expect(steady.take(['uplink'], 6_000)).toBe(false);
    expect(steady.take(['uplink'], 7_000)).toBe(true);
  });

  it('are over six seconds after the last one, a silent microphone with the first sound (C7)', () => {
    const steady = new SteadyTroubles();
    steady.take(['uplink', 'microphone'], 0);
    steady.take(['uplink', 'microphone'], 30_000);
    expect(steady.shown).toEqual(['uplink', 'microphone']);
    steady.take([], 31_000);
    expect(steady.shown).toEqual(['uplink']);
    steady.take([], 37_000);
    expect(steady.shown).toEqual([]);
  });
});
