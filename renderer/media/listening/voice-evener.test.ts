import { describe, expect, it } from 'vitest';
import { VoiceEvener } from './voice-evener.ts';

const RATE = 48_000;
const BLOCK = 128;

const decibels = (meanSquare: number): number => 10 * Math.log10(meanSquare + 1e-12);

/** Sound of so many decibels while it lasts: a voice comes three times a second and goes again, a fan stays. */
function sound(kind: 'voice' | 'fan', db: number, seconds: number): Float32Array {
  const samples = new Float32Array(Math.round(seconds * RATE));
  const amplitude = 10 ** (db / 20) * Math.SQRT2;
  for (let index = 0; index < samples.length; index++) {
    const syllable = kind === 'fan' ? 1 : (index / RATE) % 0.35 < 0.22 ? 1 : 0.01;
    samples[index] = amplitude * syllable * Math.sin((2 * Math.PI * 220 * index) / RATE);
  }
  return samples;
}

/** The sound as it leaves an evener, block by block. */
function evened(given: Float32Array, evener = new VoiceEvener(RATE)): Float32Array {
  const whole = new Float32Array(given.length);
  for (let at = 0; at + BLOCK <= given.length; at += BLOCK) {
    evener.process([given.subarray(at, at + BLOCK)], [whole.subarray(at, at + BLOCK)]);
  }
  return whole;
}

/** How loud somebody is while they speak, in the last seconds of a sound. */
function spokenDb(samples: Float32Array, seconds = 3): number {
  const end = samples.subarray(-seconds * RATE);
  let [squares, count] = [0, 0];
  const loud = peak(end) / 4;
  for (let at = 0; at + BLOCK <= end.length; at += BLOCK) {
    const block = end.subarray(at, at + BLOCK);
    if (peak(block) < loud) continue;
    for (const sample of block) squares += sample * sample;
    count += BLOCK;
  }
  return decibels(squares / count);
}

function peak(samples: Float32Array): number {
  let most = 0;
  for (const sample of samples) most = Math.max(most, Math.abs(sample));
  return most;
}

describe('voices that are evened out (C4)', () => {
  it('end as loud as each other, whether they come quietly or loudly', () => {
    const [quiet = 0, usual = 0, loud = 0] = [-31, -22, -15].map((db) => spokenDb(evened(sound('voice', db, 20))));
    expect(Math.max(quiet, usual, loud) - Math.min(quiet, usual, loud)).toBeLessThan(3);
    expect(usual).toBeGreaterThan(-24);
    expect(usual).toBeLessThan(-18);
  });

  it('are turned up by 12 dB at most and down by 6', () => {
    expect(spokenDb(evened(sound('voice', -45, 20)))).toBeCloseTo(-33, 0);
    expect(spokenDb(evened(sound('voice', -8, 20)))).toBeCloseTo(-14, 0);
  });

  it('are followed slowly: what somebody stresses stays louder', () => {
    const evener = new VoiceEvener(RATE);
    evened(sound('voice', -30, 20), evener);
    const stressed = spokenDb(evened(sound('voice', -24, 0.6), evener), 0.6);
    expect(stressed).toBeGreaterThan(spokenDb(evened(sound('voice', -30, 20))) + 4);
  });

  it('leave silence silent and a fan as it is, however long nobody speaks', () => {
    expect(peak(evened(new Float32Array(20 * RATE)))).toBe(0);
    expect(spokenDb(evened(sound('fan', -45, 20)))).toBeCloseTo(-45, 1);
  });

  it('keep their loudness over a pause', () => {
    const evener = new VoiceEvener(RATE);
    const before = spokenDb(evened(sound('voice', -31, 20), evener));
    evened(sound('fan', -60, 30), evener);
    expect(spokenDb(evened(sound('voice', -31, 1), evener), 1)).toBeCloseTo(before, 0);
  });

  it('are never clipped, also where somebody shouts after they whispered', () => {
    const evener = new VoiceEvener(RATE);
    evened(sound('voice', -33, 20), evener);
    expect(peak(evened(sound('voice', -3, 3), evener))).toBeLessThanOrEqual(10 ** (-1 / 20) + 1e-6);
  });

  it('keep both their sides', () => {
    const evener = new VoiceEvener(RATE);
    const [left, right] = [sound('voice', -25, 0.1), sound('voice', -35, 0.1)];
    const out = [new Float32Array(left.length), new Float32Array(left.length)] as const;
    for (let at = 0; at + BLOCK <= left.length; at += BLOCK) {
      const part = (samples: Float32Array) => samples.subarray(at, at + BLOCK);
      evener.process([part(left), part(right)], out.map(part));
    }
    expect(spokenDb(out[0], 0.05) - spokenDb(out[1], 0.05)).toBeCloseTo(10, 1);
  });

  it('end when nothing comes any more', () => {
    const evener = new VoiceEvener(RATE);
    evened(sound('voice', -20, 1), evener);
    const out = new Float32Array(BLOCK).fill(1);
    evener.process([], [out]);
    evener.process([], [out]);
    expect(peak(out)).toBe(0);
  });
});
