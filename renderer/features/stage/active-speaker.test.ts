import { describe, expect, it } from 'vitest';
import { type Speaker, speakerAfter } from './active-speaker.ts';

const here = ['ana', 'ben', 'cleo'];

describe('who is large', () => {
  it('is the first one who is here while nobody has spoken yet, and nobody where nobody is', () => {
    expect(speakerAfter(null, here, [], 0)?.sess).toBe('ana');
    expect(speakerAfter(null, [], [], 0)).toBe(null);
  });

  it('is somebody who speaks, and stays so while they are silent and nobody else speaks', () => {
    const ben = speakerAfter(null, here, ['ben'], 0);
    expect(ben?.sess).toBe('ben');
    expect(speakerAfter(ben, here, [], 60_000)).toBe(ben);
  });

  it.each([
    ['a moment after they began', 1_500, 'ben'],
    ['later', 2_500, 'cleo'],
  ])('does not change with a cough of somebody else %s', (_when, nowMs, large) => {
    const ben: Speaker = { sess: 'ben', sinceMs: 0 };
    expect(speakerAfter(ben, here, ['cleo'], nowMs)?.sess).toBe(large);
  });

  it('does not change while they go on speaking, whoever else does', () => {
    const ben: Speaker = { sess: 'ben', sinceMs: 0 };
    expect(speakerAfter(ben, here, ['ana', 'ben'], 60_000)).toBe(ben);
  });

  it('is somebody else at once when they leave', () => {
    const ben: Speaker = { sess: 'ben', sinceMs: 0 };
    expect(speakerAfter(ben, ['ana', 'cleo'], ['cleo'], 10)?.sess).toBe('cleo');
  });
});
