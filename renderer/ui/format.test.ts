import { isolated } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import {
  dayKeyOf,
  formatClock,
  formatDay,
  formatDuration,
  formatLength,
  formatNames,
  formatNumber,
  formatSize,
  formatWhen,
} from './format.ts';
import { initialsOf } from './hue.ts';

const en = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
const de = { locale: 'de-DE', timeZone: 'Europe/Berlin' };
const now = Date.UTC(2026, 2, 14, 11, 30);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('times', () => {
  it('are relative until a day old, then a date, with the year when it is another', () => {
    const ages = [0, 59_999, MINUTE_MS, 59 * MINUTE_MS, HOUR_MS, 23.9 * HOUR_MS, 24 * HOUR_MS, 100 * 24 * HOUR_MS];
    expect(ages.map((age) => formatWhen(now - age, now, en))).toEqual([
      'now',
      'now',
      '1 min ago',
      '59 min ago',
      '1 hr ago',
      '23 hr ago',
      '13 Mar',
      '4 Dec 2025',
    ]);
  });

  it('never speak of the future, whatever another clock said', () => {
    expect(formatWhen(now + HOUR_MS, now, en)).toBe('now');
  });

  it('follow the place: clock and words', () => {
    expect(formatClock(now, en)).toBe('12:30');
    expect(formatClock(now, { locale: 'en-US', timeZone: 'America/New_York' })).toBe('07:30 AM');
    expect(formatWhen(now - 5 * MINUTE_MS, now, de)).toBe('vor 5 Min.');
  });

  it('name a day by the calendar of the place, not by 24 hours', () => {
    const justAfterMidnight = Date.UTC(2026, 2, 13, 23, 30);
    expect(dayKeyOf(justAfterMidnight, en)).toBe('2026-03-14');
    expect(formatDay(justAfterMidnight, now, en)).toBe('Today');
    expect(formatDay(justAfterMidnight - HOUR_MS, now, en)).toBe('Yesterday');
    // Where the commas go is the language's own business and changes with its data.
    expect(formatDay(now - 5 * 24 * HOUR_MS, now, en).replaceAll(',', '')).toBe('Monday 9 March');
    expect(formatDay(Date.UTC(2025, 5, 1), now, en).replaceAll(',', '')).toBe('Sunday 1 June 2025');
  });

  it('say how long something took, shortly and in whole words', () => {
    const lengths = [0, 20_999, MINUTE_MS, 12.9 * MINUTE_MS, HOUR_MS, 25 * HOUR_MS + 5 * MINUTE_MS];
    expect(lengths.map((length) => formatLength(length, 'short', en))).toEqual([
      '1 sec',
      '20 secs',
      '1 min',
      '12 mins',
      '1 hr',
      '25 hrs 5 mins',
    ]);
    expect(formatLength(65 * MINUTE_MS, 'long', en)).toBe('1 hour 5 minutes');
  });

  it('count a call in minutes and, when it is long, hours', () => {
    expect([0, 7_000, 765_000, 3_723_000, -5].map(formatDuration)).toEqual([
      '0:00',
      '0:07',
      '12:45',
      '1:02:03',
      '0:00',
    ]);
  });
});

describe('numbers and sizes', () => {
  it('are local', () => {
    expect(formatNumber(1_000, en)).toBe('1,000');
    expect(formatNumber(1_000, de)).toBe('1.000');
    expect(formatSize(1_500_000, de)).toBe('1,5 MB');
  });

  it('use SI prefixes and never read "1,000 kB"', () => {
    const sizes = [0, 1, 999, 1_000, 1_234, 999_499, 999_999, 500e6, 999_999_999, 2.5e9];
    expect(sizes.map((size) => formatSize(size, en))).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1 kB',
      '1.2 kB',
      '999.5 kB',
      '1 MB',
      '500 MB',
      '1 GB',
      '2.5 GB',
    ]);
  });
});

describe('names', () => {
  it('read as a list that ends', () => {
    expect(formatNames([])).toBe('');
    expect(formatNames(['Ana'])).toBe('Ana');
    expect(formatNames(['Ana', 'Ben'])).toBe('Ana and Ben');
    expect(formatNames(['Ana', 'Ben', 'Cem'])).toBe('Ana, Ben and Cem');
    expect(formatNames(['Ana', 'Ben', 'Cem', 'Dee'])).toBe('Ana, Ben and 2 others');
  });

  it('keep their own order inside a sentence where they are written from right to left', () => {
    expect([isolated('חדר (בית)'), isolated('Ana (Lisbon)')]).toEqual(['\u2068חדר (בית)\u2069', 'Ana (Lisbon)']);
    expect(formatNames(['نور', 'Ben'])).toBe('\u2068نور\u2069 and Ben');
    expect(initialsOf(isolated('غرفة الجلوس'))).toBe('غا');
  });

  it('have no bracket for an initial', () => {
    expect(['Book club (evenings)', 'Choir 19:30'].map(initialsOf)).toEqual(['BE', 'C1']);
  });

  it('have initials in any script', () => {
    expect(['Ana Moreira', 'ana', 'Đorđe', '高橋 さくら', '🦊', '-', 'x_y'].map(initialsOf)).toEqual([
      'AM',
      'A',
      'Đ',
      '高さ',
      '🦊',
      '·',
      'XY',
    ]);
  });
});
