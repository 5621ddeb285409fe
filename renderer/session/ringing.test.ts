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

  it('is silenced by the person, for that call alone', () => {
    const clock = fakeClock();
    const ringing = new Ringing(clock, 45_000);
    const [first, second] = [call('a', clock.now()), call('b', clock.now())];
    for (const each of [first, second]) ringing.heard(each, false);
    ringing.silence(first.callId);
    expect([ringing.rings(first), ringing.rings(second)]).toEqual([false, true]);
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
