import { describe, expect, it } from 'vitest';
import { CoverPace } from './cover-pace.ts';

const steps = (pace: CoverPace, msPerPicture: number, seconds: number) =>
  Array.from({ length: seconds }, () => pace.take(msPerPicture));

describe('hiding the background on a busy computer (C10)', () => {
  it('goes on while ten pictures are made in a second', () => {
    expect(new Set(steps(new CoverPace(), 90, 60))).toEqual(new Set(['go-on']));
  });

  it('is made easier after four slow seconds, and ended after four more', () => {
    expect(steps(new CoverPace(), 150, 8)).toEqual([
      'go-on',
      'go-on',
      'go-on',
      'easier',
      'go-on',
      'go-on',
      'go-on',
      'give-up',
    ]);
  });

  it('forgets slow seconds as soon as one is fine', () => {
    const pace = new CoverPace();
    for (let turn = 0; turn < 20; turn++) expect([...steps(pace, 150, 3), pace.take(50)]).not.toContain('easier');
  });
});
