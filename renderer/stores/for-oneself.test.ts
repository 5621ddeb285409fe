import { DeviceId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { KeptForOneself, voiceVolume } from './for-oneself.ts';

const ana = DeviceId.parse('A'.repeat(43));
const ben = DeviceId.parse('E'.repeat(43));

describe('how one hears and sees somebody (C2, C11)', () => {
  it('is kept of each device, with volumes from 0 to 1', () => {
    const kept = new KeptForOneself();
    kept.change(ana, { volume: 0.4 });
    kept.change(ana, { screenVolume: 7, hiddenHere: true });
    expect(kept.of(ana)).toEqual({ volume: 0.4, screenVolume: 1, mutedHere: false, hiddenHere: true });
    expect(kept.of(ben)).toEqual({ volume: 1, screenVolume: 1, mutedHere: false, hiddenHere: false });
  });

  it('finds the volume of before when somebody is heard again', () => {
    const kept = new KeptForOneself();
    kept.change(ana, { volume: 0.4 });
    kept.change(ana, { mutedHere: true });
    expect(voiceVolume(kept.of(ana))).toBe(0);
    kept.change(ana, { mutedHere: false });
    expect(voiceVolume(kept.of(ana))).toBe(0.4);
  });

  it('hears somebody again who is turned up, and not who is turned to nothing', () => {
    const kept = new KeptForOneself();
    kept.change(ana, { mutedHere: true });
    kept.change(ana, { volume: 0 });
    expect(kept.of(ana).mutedHere).toBe(true);
    kept.change(ana, { volume: 0.2 });
    expect(voiceVolume(kept.of(ana))).toBe(0.2);
  });
});
