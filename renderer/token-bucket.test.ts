import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const taken = (bucket: TokenBucket, times: number, now: number) =>
  Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;

describe('a token bucket', () => {
  it('lets its burst through and then as many as time brings', () => {
    const bucket = new TokenBucket(5, 2);
    expect(taken(bucket, 10, 1_000)).toBe(5);
    expect(bucket.waitMs(1_000)).toBe(500);
    expect(taken(bucket, 10, 1_250)).toBe(0);
    expect(bucket.waitMs(1_250)).toBe(250);
    expect(taken(bucket, 10, 1_500)).toBe(1);
    expect(taken(bucket, 10, 60_000)).toBe(5);
  });

  it('gives nothing for a clock that is set back', () => {
    const bucket = new TokenBucket(1, 1);
    expect(bucket.take(60_000)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(1_000)).toBe(true);
  });
});
