import { describe, expect, it } from 'vitest';
import {
  checkWords,
  countOf,
  formatAgo,
  formatClock,
  formatCount,
  formatRate,
  formatShare,
  formatSpan,
  formatWait,
  limitName,
} from './words.ts';

const en = { locale: 'en-GB', timeZone: 'Europe/Berlin' };
const de = { locale: 'de-DE', timeZone: 'Europe/Berlin' };

describe('numbers', () => {
  it('are local', () => {
    expect(formatCount(12_345, en)).toBe('12,345');
    expect(formatCount(12_345, de)).toBe('12.345');
    expect(formatClock(Date.UTC(2026, 2, 14, 11, 5), en)).toBe('12:05');
    expect(countOf(1, 'room', 'rooms', en)).toBe('1 room');
    expect(countOf(0, 'room', 'rooms', en)).toBe('0 rooms');
  });

  it('of rates have a digit after the point only while they are small', () => {
    expect([0, 0.04, 0.44, 9.95, 10.4, 1_240.6].map((rate) => formatRate(rate, en))).toEqual([
      '0',
      '0',
      '0.4',
      '10',
      '10',
      '1,241',
    ]);
  });

  it('never call nearly all of it all of it', () => {
    expect([0, 0.053, 0.999_9, 1].map((share) => formatShare(share, en))).toEqual(['0%', '5.3%', '99.9%', '100%']);
  });
});

describe('times', () => {
  it('name the two largest units', () => {
    const spans = [0, 59, 60, 3_599, 3_600, 3_660, 86_399, 86_400, 90_000, -5].map(formatSpan);
    expect(spans).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '59 min',
      '1 h',
      '1 h 1 min',
      '23 h 59 min',
      '1 d',
      '1 d 1 h',
      '0 s',
    ]);
  });

  it('to wait are never shorter than they are', () => {
    const waits = [0, 1, 1_000, 59_001, 61_000, 3_599_001, 3_660_500].map(formatWait);
    expect(waits).toEqual(['0 s', '1 s', '1 s', '1 min', '1 min 1 s', '1 h', '1 h 2 min']);
  });

  it('ago begin with a moment', () => {
    expect([0, 1_499, 1_500, 2_999, 61_000].map(formatAgo)).toEqual([
      'just now',
      'just now',
      '1 s ago',
      '2 s ago',
      '1 min ago',
    ]);
  });
});

describe('checks', () => {
  const check = (value: number | null, unit: string) => ({ status: 'degraded' as const, value, threshold: 0.85, unit });

  it('say what is wrong, with the value and its limit', () => {
    expect(checkWords('memory', check(0.912, 'share'), en)).toEqual({
      name: 'Memory',
      value: '91.2%',
      limit: '85%',
      reason: 'The process holds 91.2% of the memory (limit 85%).',
    });
    expect(checkWords('event_loop', { ...check(312.4, 'ms'), threshold: 200 }, en).reason).toMatch(
      /^The event loop runs 312 ms late \(limit 200 ms\)/,
    );
  });

  it('that this page never heard of are still told', () => {
    expect(checkWords('open_files', { ...check(1_200, 'files'), threshold: 1_000 }, en)).toEqual({
      name: 'Open files',
      value: '1,200 files',
      limit: '1,000 files',
      reason: "The check 'open files' stands at 1,200 files (limit 1,000 files).",
    });
    expect(limitName('joins')).toBe('Joins');
    expect(limitName('brand-new')).toBe('brand-new');
  });

  it('without an answer say so', () => {
    expect(checkWords('redis', check(null, 'ms'), en)).toMatchObject({
      value: 'no answer',
      reason: 'Redis does not answer.',
    });
  });
});
