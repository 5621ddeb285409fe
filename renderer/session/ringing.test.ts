import { CallId, type CallPresence } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Ringing } from './ringing.ts';

function call(fill: string, startedAt: number): CallPresence {
  return {
    callId: CallId.parse(`${fill.repeat(21)}A`),
    startedAt,
    turn: 1,
    microphone: 'off',
    camera: false,
    screen: false,
    cameraStreamId: null,
    screenStreamId: null,
    hand: false,
  };
}

describe('ringing', () => {
  it('stops by itself, and says so once', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const current = call('a', clock.now());
    let stopped = 0;
    ringing.heard(current, false);
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
    const [here, before] = [call('a', clock.now()), call('b', clock.now() - 15_000)];
    ringing.heard(here, false);
    ringing.heard(before, true);
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
    const [first, second] = [call('a', clock.now()), call('b', clock.now())];
    for (const each of [first, second]) ringing.heard(each, false);
    ringing.silence(first.callId);
    expect([ringing.rings(first), ringing.rings(second)]).toEqual([false, true]);
  });

  it('believes a start that is only stated for a day, and counts on from there', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const [ancient, early, forgotten] = [call('a', 0), call('b', clock.now() - 3_600_000), call('c', 0)];
    for (const each of [ancient, early]) ringing.heard(each, true);
    clock.advance(1_000);
    expect([ancient, early, forgotten].map((each) => ringing.ageMs(each))).toEqual([86_401_000, 3_601_000, 86_400_000]);
  });

  it('watches only the last call', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const current = call('a', clock.now());
    ringing.heard(current, false);
    ringing.watch(current, () => {});
    ringing.watch(null, () => {});
    expect(clock.pending).toBe(0);
  });
});
