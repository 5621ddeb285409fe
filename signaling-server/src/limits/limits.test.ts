import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { type Block, BlockList } from './block-list.ts';
import { createWindowLimit } from './window-limit.ts';

// The limiter library reads the clock itself.
describe('with the clock in hand', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a window refuses with the true time until it opens again (P5)', async () => {
    const limit = createWindowLimit('test', 3, 60);
    for (const remaining of [2, 1, 0]) expect(await limit.consume('a')).toMatchObject({ ok: true, remaining });
    vi.setSystemTime(1_700_000_000_000 + 20_000);
    const refused = await limit.consume('a');
    expect(refused).toEqual({ ok: false, limit: 3, retryAfterMs: 40_000 });
    expect(await limit.consume('b')).toMatchObject({ ok: true });
    vi.setSystemTime(1_700_000_000_000 + 59_999);
    expect(await limit.consume('a')).toMatchObject({ ok: false, retryAfterMs: 1 });
    vi.setSystemTime(1_700_000_000_000 + 60_000);
    expect(await limit.consume('a')).toMatchObject({ ok: true });
  });

  it('a lifted window never refuses', async () => {
    const limit = createWindowLimit('test', 0, 60);
    for (let n = 0; n < 1_000; n++) expect((await limit.consume('a')).ok).toBe(true);
  });

  it('blocks grow from a minute to an hour and are forgiven after an hour of calm (R7)', async () => {
    const clock = new FakeClock();
    const blocked: Block[] = [];
    const list = new BlockList({ strikesPerMinute: 10, blockMinMs: 60_000, blockMaxMs: 3_600_000 }, clock, (block) =>
      blocked.push(block),
    );
    const offend = async () => {
      for (let n = 0; n < 11; n++) await list.strike('a');
      return list.remainingMs('a');
    };
    const lengths: number[] = [];
    for (let n = 0; n < 8; n++) {
      lengths.push(await offend());
      clock.advance(list.remainingMs('a'));
    }
    expect(lengths.map((ms) => ms / 60_000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(blocked).toHaveLength(8);
    expect(list.remainingMs('b')).toBe(0);
    clock.advance(3_600_001);
    list.sweep();
    expect(await offend()).toBe(60_000);
  });

  it('counts weights, does not block below the limit, and can be lifted (R7)', async () => {
    const list = new BlockList(
      { strikesPerMinute: 10, blockMinMs: 60_000, blockMaxMs: 3_600_000 },
      new FakeClock(),
      () => {},
    );
    await list.strike('a', 5);
    await list.strike('a', 5);
    expect(list.remainingMs('a')).toBe(0);
    await list.strike('a');
    expect(list.blocks()).toMatchObject([{ key: 'a' }]);
    expect(list.lift('a')).toBe(true);
    expect(list.remainingMs('a')).toBe(0);
  });
});
