import { describe, expect, it } from 'vitest';
import { lately, ratePerSecond, sumOf } from './recent.ts';
import type { Totals } from './store/admin-store.ts';

/** A look every five seconds; `relayed` at each. */
const looks = (...relayed: number[]): Totals[] =>
  relayed.map((value, index) => ({ at: index * 5_000, relayed: value, requests: 0, errors: {}, limits: {} }));
const relayed = (totals: Totals) => totals.relayed;

describe('a recent figure', () => {
  it('is a rate over about the last fifteen seconds', () => {
    expect(ratePerSecond(looks(0, 1_000, 1_030, 1_060, 1_150), relayed)).toBe(10);
    expect(ratePerSecond(looks(0, 50), relayed)).toBe(10);
  });

  it('is unknown before there are two looks', () => {
    expect(ratePerSecond([], relayed)).toBe(undefined);
    expect(ratePerSecond(looks(7), relayed)).toBe(undefined);
  });

  it('is the growth of the last minute, or of as much of it as was seen', () => {
    expect(lately(looks(4, 10), relayed)).toBe(6);
    expect(lately(looks(...Array.from({ length: 30 }, (_, n) => n)), relayed)).toBe(12);
    expect(lately(looks(9), relayed)).toBe(0);
    expect(lately([], relayed)).toBe(0);
  });

  it('adds up whatever there is', () => {
    expect(sumOf({})).toBe(0);
    expect(sumOf({ a: 1, b: 41 })).toBe(42);
  });
});
