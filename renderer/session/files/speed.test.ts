import { describe, expect, it } from 'vitest';
import { Speed } from './speed.ts';

describe('the speed of a transfer', () => {
  it('is unknown at first, then that of the last seconds', () => {
    const speed = new Speed();
    expect(speed.at(0, 0)).toBeNull();
    expect(speed.at(500, 250)).toBeNull();
    expect(speed.at(1_000, 1_000)).toBe(1_000);
    for (let second = 2; second <= 20; second++) speed.at(1_000 + (second - 1) * 5_000, second * 1_000);
    expect(speed.at(96_000, 20_000)).toBe(5_000);
  });

  it('falls to nothing when nothing comes', () => {
    const speed = new Speed();
    for (let second = 0; second <= 10; second++) speed.at(second * 1_000, second * 1_000);
    for (let second = 11; second <= 17; second++) speed.at(10_000, second * 1_000);
    expect(speed.at(10_000, 18_000)).toBe(0);
  });
});
