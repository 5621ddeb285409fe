import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededBy } from '../testing/test-seed.ts';
import { createReplayWindow } from './replay-window.ts';

fc.configureGlobal(seededBy(process.env.PARLEY_SEED));

describe('the replay window', () => {
  it('takes a counter that is 63 behind the highest and none that is 64 behind', () => {
    const window = createReplayWindow();
    expect(window.accept(100)).toBe(true);
    expect(window.mayAccept(36)).toBe(false);
    expect(window.accept(36)).toBe(false);
    expect(window.accept(37)).toBe(true);
    expect(window.accept(37)).toBe(false);
  });

  it('begins at 1', () => {
    const window = createReplayWindow();
    expect(window.accept(0)).toBe(false);
    expect(window.accept(-5)).toBe(false);
    expect(window.accept(1)).toBe(true);
  });

  it('takes each counter at most once, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 600 }), (counters) => {
        const window = createReplayWindow();
        const taken = counters.filter((counter) => window.accept(counter));
        expect(new Set(taken).size).toBe(taken.length);
      }),
    );
  });
});
