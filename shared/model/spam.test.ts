import { describe, expect, it } from 'vitest';
import { spamWaitMs } from './spam.ts';

const sent = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => ({ at: 10_000 + 100 * (count - n), text: text(n) }));

describe('spam (V6)', () => {
  it('is the 21st message in ten seconds, until the first of the twenty is older than that', () => {
    const recent = sent(20, String);
    expect(spamWaitMs(recent.slice(1), 'x', 12_000)).toBe(0);
    expect(spamWaitMs(recent, 'x', 12_000)).toBe(8_100);
    expect(spamWaitMs(recent, 'x', 20_099)).toBe(1);
    expect(spamWaitMs(recent, 'x', 20_100)).toBe(0);
  });

  it('is the sixth with the same text in ten seconds, and no other then', () => {
    const recent = sent(5, () => 'same');
    expect(spamWaitMs(recent, 'same', 12_000)).toBe(8_100);
    expect(spamWaitMs(recent, 'other', 12_000)).toBe(0);
    expect(spamWaitMs(recent.slice(1), 'same', 12_000)).toBe(0);
  });

  it('is nothing that a clock which was set back shows as sent later', () => {
    expect(
      spamWaitMs(
        sent(20, () => 'same'),
        'same',
        5_000,
      ),
    ).toBe(0);
  });

  it('is nothing that was sent before the clock was set back, also when it shows that time again', () => {
    const before = sent(5, () => 'same');
    const after = [{ at: 3_000, text: 'same' }, ...before];
    expect(spamWaitMs(after, 'same', 10_500)).toBe(0);
  });
});
