import { describe, expect, it } from 'vitest';
import { lifetimeWords, timerWords } from './lifetime-words.ts';

describe('a time in words', () => {
  it.each([
    [10_000, '1 minute'],
    [300_000, '5 minutes'],
    [3_600_000, '1 hour'],
    [86_400_000, '1 day'],
    [7 * 86_400_000, '7 days'],
    [90 * 86_400_000, '90 days'],
    [365 * 86_400_000, '1 year'],
  ])('%i ms is %s', (ms, words) => {
    expect(lifetimeWords(ms)).toBe(words);
  });
});

it('says what somebody did who changed the timer', () => {
  expect(timerWords(7 * 86_400_000)).toBe('set messages to disappear after 7 days');
  expect(timerWords(null)).toBe('turned disappearing messages off');
});
