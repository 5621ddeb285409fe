import { describe, expect, it } from 'vitest';
import { WrongSecrets } from './wrong-secrets.ts';

describe('wrong passwords and tokens (R7)', () => {
  it('weigh much when they differ, and little when an address shows the same again', () => {
    const wrong = new WrongSecrets();
    expect(['a', 'b', 'c'].map((secret) => wrong.strikesFor('203.0.113.1', secret))).toEqual([10, 10, 10]);
    expect(['a', 'c', 'a'].map((secret) => wrong.strikesFor('203.0.113.1', secret))).toEqual([1, 1, 1]);
    expect(wrong.strikesFor('203.0.113.2', 'a')).toBe(10);
  });

  it('are forgotten from the oldest on, so that they take no more memory than ten thousand', () => {
    const wrong = new WrongSecrets();
    for (let n = 0; n <= 10_000; n++) wrong.strikesFor('203.0.113.1', `guess ${n}`);
    expect(wrong.strikesFor('203.0.113.1', 'guess 10000')).toBe(1);
    expect(wrong.strikesFor('203.0.113.1', 'guess 0')).toBe(10);
  });
});
