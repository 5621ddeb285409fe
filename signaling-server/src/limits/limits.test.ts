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
    const clock = new FakeClock();
    const limit = createWindowLimit('test', 3, 60, clock, undefined, () => 0);
    for (const remaining of [2, 1, 0]) expect(await limit.consume('a')).toMatchObject({ ok: true, remaining });
    clock.advance(20_000);
    const refused = await limit.consume('a');
    expect(refused).toEqual({ ok: false, limit: 3, retryAfterMs: 40_000, isFirst: true, isFlood: false });
    expect(await limit.consume('b')).toMatchObject({ ok: true });
    clock.advance(39_999);
    expect(await limit.consume('a')).toMatchObject({ ok: false, retryAfterMs: 1 });
    clock.advance(1);
    expect(await limit.consume('a')).toMatchObject({ ok: true });
  });

  it('a window tells each of many a later one that has a place, and calls a flood what does not wait (R1, R2, R3)', async () => {
    const clock = new FakeClock();
    const limit = createWindowLimit('test', 3, 60, clock, undefined, () => 7);
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      const verdict = await limit.consume('a');
      if (!verdict.ok) waits.push(verdict.retryAfterMs);
    }
    expect(waits).toEqual([60_007, 60_007, 60_007, 125_007, 125_007, 125_007, 190_007, 190_007, 190_007]);
    const verdicts = [];
    for (let n = 12; n < 34; n++) verdicts.push(await limit.consume('a'));
    expect(verdicts.map((verdict) => !verdict.ok && verdict.isFlood).indexOf(true)).toBe(21);
  });

  it('a window tells no wait of years when the clock is set back', async () => {
    const clock = new FakeClock();
    const limit = createWindowLimit('test', 1, 60, clock, undefined, () => 0);
    await limit.consume('a');
    clock.setBack(86_400_000);
    expect(await limit.consume('a')).toMatchObject({ ok: false, retryAfterMs: 60_000 });
  });

  it('a block lasts as long as it should when the clock is set back, also one that another node told (R7)', async () => {
    const clock = new FakeClock();
    const list = new BlockList({ strikesPerMinute: 1, blockMinMs: 60_000, blockMaxMs: 3_600_000 }, clock, () => {});
    await list.strike('a', 'test', 2);
    clock.setBack(86_400_000);
    clock.advance(59_999);
    expect(list.remainingMs('a')).toBe(1);
    clock.advance(1);
    expect(list.remainingMs('a')).toBe(0);
    const endsAt = clock.now() + 365 * 86_400_000;
    list.apply({ key: 'b', endsAt, times: 1, at: clock.now(), liftedAt: 0 });
    expect(list.remainingMs('b')).toBe(3_600_000);
  });

  it('a lifted window never refuses', async () => {
    const limit = createWindowLimit('test', 0, 60, new FakeClock());
    for (let n = 0; n < 1_000; n++) expect((await limit.consume('a')).ok).toBe(true);
  });

  it('blocks grow from a minute to an hour and are forgiven after an hour of calm (R7)', async () => {
    const clock = new FakeClock();
    const blocked: Block[] = [];
    const list = new BlockList({ strikesPerMinute: 10, blockMinMs: 60_000, blockMaxMs: 3_600_000 }, clock, (block) =>
      blocked.push(block),
    );
    const offend = async () => {
      for (let n = 0; n < 11; n++) await list.strike('a', 'test');
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
    await list.strike('a', 'test', 5);
    await list.strike('a', 'test', 5);
    expect(list.remainingMs('a')).toBe(0);
    await list.strike('a', 'test');
    expect(list.blocks()).toMatchObject([{ key: 'a' }]);
    expect(list.lift('a')).toBe(true);
    expect(list.remainingMs('a')).toBe(0);
  });
});
