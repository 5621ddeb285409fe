import { CallId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import type { CallKey } from './call-state.ts';
import { Ringing } from './ringing.ts';

const call = (fill: string): CallKey => ({ callId: CallId.parse(`${fill.repeat(21)}A`), startedAt: 0 });

describe('ringing', () => {
  it('stops by itself, and says so once', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const current = call('a');
    let stopped = 0;
    ringing.heard(current.callId, 0);
    ringing.watch(current, () => {
      stopped += 1;
    });
    expect(ringing.rings(current)).toBe(true);
    clock.advance(45_000);
    expect([ringing.rings(current), stopped]).toEqual([false, 1]);
  });

  it.each([-3_600_000, 86_400_000])('rings as long when the wall clock is set by %i ms', (byMs) => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const [here, before] = [call('a'), call('b')];
    ringing.heard(here.callId, 0);
    ringing.heard(before.callId, 15_000);
    clock.setWall(byMs);
    clock.advance(29_999);
    expect([ringing.rings(here), ringing.rings(before)]).toEqual([true, true]);
    clock.advance(1);
    expect([ringing.rings(here), ringing.rings(before)]).toEqual([true, false]);
    clock.advance(15_000);
    expect(ringing.rings(here)).toBe(false);
  });

  it('is silenced by the person, for that call alone', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const [first, second] = [call('a'), call('b')];
    for (const each of [first, second]) ringing.heard(each.callId, 0);
    ringing.silence(first.callId);
    expect([ringing.rings(first), ringing.rings(second)]).toEqual([false, true]);
  });

  it('believes a duration that is only stated for a day, and counts on from there', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const [ancient, early, unknown] = [call('a'), call('b'), call('c')];
    ringing.heard(ancient.callId, 1_000_000_000);
    ringing.heard(early.callId, 3_600_000);
    clock.setWall(-7_200_000);
    clock.advance(1_000);
    expect([ancient, early, unknown].map(({ callId }) => ringing.ageMs(callId))).toEqual([86_401_000, 3_601_000, 0]);
  });

  it('watches only the last call', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const current = call('a');
    ringing.heard(current.callId, 0);
    ringing.watch(current, () => {});
    ringing.watch(null, () => {});
    expect(clock.pending).toBe(0);
  });
});
