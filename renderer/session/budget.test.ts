import { describe, expect, it } from 'vitest';
import { Budget } from './budget.ts';

describe('a budget', () => {
  it('is there again when its window, which begins with the first spending, is over', () => {
    const budget = new Budget(() => 10, 1_000);
    expect([budget.waitMs(0), budget.isFresh(0)]).toEqual([0, true]);
    budget.spend(9, 500);
    expect([budget.waitMs(500), budget.isFresh(500)]).toEqual([0, false]);
    budget.spend(4, 600);
    expect(budget.waitMs(700)).toBe(800);
    expect(budget.waitMs(1_500)).toBe(0);
    budget.spend(10, 1_600);
    expect(budget.waitMs(1_600)).toBe(1_000);
  });
});
