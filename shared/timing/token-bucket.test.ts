import { describe, expect, it } from 'vitest';
import { FixedRate, TokenBucket } from './token-bucket.ts';

const taken = (bucket: FixedRate, times: number, now: number) =>
  Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;

describe('a fixed rate', () => {
  it('lets its burst through and then as many as time brings', () => {
    const bucket = new FixedRate(5, 2);
    expect(taken(bucket, 10, 1_000)).toBe(5);
    expect(bucket.waitMs(1_000)).toBe(500);
    expect(taken(bucket, 10, 1_250)).toBe(0);
    expect(bucket.waitMs(1_250)).toBe(250);
    expect(taken(bucket, 10, 1_500)).toBe(1);
    expect(taken(bucket, 10, 60_000)).toBe(5);
  });

  it('gives nothing for a clock that is set back', () => {
    const bucket = new FixedRate(1, 1);
    expect(bucket.take(60_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
  });
});

describe('a token bucket', () => {
  it('gives a burst, then an even pace, and tells the wait to the millisecond (R5, R6, P5)', () => {
    const bucket = new TokenBucket();
    const take = (now: number, count = 1) => bucket.take(count, now, 5, 1 / 100);
    expect([0, 0, 0, 0, 0].map((now) => take(now))).toEqual([0, 0, 0, 0, 0]);
    expect(take(0)).toBe(100);
    expect(take(99)).toBe(1);
    expect(take(100)).toBe(0);
    expect(take(100, 2)).toBe(200);
    expect(take(300, 2)).toBe(0);
  });

  it('never holds more than its capacity and never asks for more', () => {
    const bucket = new TokenBucket();
    expect(bucket.take(3, 0, 3, 1 / 100)).toBe(0);
    expect(bucket.take(3, 1_000_000, 3, 1 / 100)).toBe(0);
    expect(bucket.take(1, 1_000_000, 3, 1 / 100)).toBe(100);
    expect(bucket.take(50, 2_000_000, 3, 1 / 100)).toBe(0);
  });
});
